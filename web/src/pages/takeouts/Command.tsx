// SPDX-License-Identifier: Apache-2.0
// A line to type in a terminal.
import {CopyButton} from '../../parts/controls';

/** Its name is the same in every language and alphabet. */
export const PROGRAM = 'age';

export const Command = ({text}: {text: string}) => <span class="command"><code>{text}</code> <CopyButton text={text} what={text} /></span>;
