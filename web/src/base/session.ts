// SPDX-License-Identifier: Apache-2.0
// Who is signed in, and what they may do.
import {createContext} from 'preact';
import {useContext} from 'preact/hooks';

export interface Session {
  id: string;
  person: {id: string; ref?: string; name: string; kind: 'staff' | 'client' | 'external'; language: string; roles: string[]; client?: string; branch?: string};
  tenant: {id: string; name: string; language: string; time_zone: string; security_contact?: string};
  capabilities: string[];
  privileged: boolean;
  /** A factor has to be enrolled before anything else opens. */
  enrol: boolean;
  /** What is to be made good: set up an authenticator, show the one there is, acknowledge the notice. */
  enrol_needs?: ('totp' | 'step_up' | 'notice')[];
  amr: string[];
  created: string;
  idle_until: string;
  expires: string;
}

export const SessionContext = createContext<Session | undefined>(undefined);

export function useSession(): Session {
  const session = useContext(SessionContext);
  if (!session) throw new Error('a page of somebody who is signed in stands outside of a session');
  return session;
}

export const may = (session: Session, capability: string): boolean => session.capabilities.includes(capability);

const READS = ['log.read:self', 'log.read:client', 'log.read:branch', 'log.read:tenant'] as const;

/** How far they read the log: 0 nothing, 1 self, 2 client, 3 branch, 4 tenant. */
export const logScope = (session: Session): number => READS.reduce((widest, name, at) => (may(session, name) ? at + 1 : widest), 0);
