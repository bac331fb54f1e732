// SPDX-License-Identifier: Apache-2.0
// What somebody who manages factors can do for a person who can't use theirs.
import {may, type Session} from '../../base/session.ts';
import type {Factor} from '../me/me.ts';
import type {Person} from './people.ts';

/** What is offered: only what the server may grant. */
export interface Rescue {
  /** To vouch for a first authenticator. */
  hand: boolean;
  /** To let the person in once by a code. */
  helpdesk: boolean;
  /** To end all that the person has. */
  reset: boolean;
}

const NONE: Rescue = {hand: false, helpdesk: false, reset: false};

/** Nobody helps themselves. A code lets in instead of a factor, and a reset ends what there is, so that there has to be one; recovery codes are none. */
export function rescueOf(session: Session, person: Pick<Person, 'id' | 'state'>, factors: readonly Pick<Factor, 'type' | 'state' | 'proven'>[], waits: boolean): Rescue {
  const active = factors.filter(factor => factor.state === 'active');
  const hasFactor = active.some(factor => factor.type !== 'recovery');
  if (!may(session, 'factors.manage') || person.id === session.person.id || !['active', 'suspended'].includes(person.state)) return NONE;
  const isIn = person.state === 'active';
  return {hand: isIn && !active.some(factor => factor.proven), helpdesk: isIn && hasFactor, reset: hasFactor && !waits};
}
