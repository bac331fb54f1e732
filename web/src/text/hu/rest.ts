// SPDX-License-Identifier: Apache-2.0
// Hungarian: the texts of every page but the log.
import deposit from './deposit.json';
import event from './event.json';
import handovers from './handovers.json';
import me from './me.json';
import people from './people.json';
import rules from './rules.json';
import takeouts from './takeouts.json';
import vault from './vault.json';

export default {...deposit, ...event, ...handovers, ...me, ...people, ...rules, ...takeouts, ...vault};
