// SPDX-License-Identifier: Apache-2.0
// Server-sent events out of the pieces in which they come. EventSource would not do: it wants to know the name of every
// message beforehand, and ours are named by their actions.

export interface Message {
  id: string;
  event: string;
  data: string;
}

/** A message without data is a comment that keeps the line open; its id still counts. */
function messageOf(block: string): Message {
  const message: Message = {id: '', event: 'message', data: ''};
  for (const line of block.split(/\r\n|\r|\n/)) {
    const colon = line.indexOf(':');
    const name = colon < 0 ? line : line.slice(0, colon);
    const value = colon < 0 ? '' : line.slice(colon + 1).replace(/^ /, '');
    if (name === 'id') message.id = value;
    else if (name === 'event') message.event = value;
    else if (name === 'data') message.data += (message.data ? '\n' : '') + value;
  }
  return message;
}

/** Takes pieces of a stream, gives the messages that are whole. */
export class MessageReader {
  private rest = '';

  push(piece: string): Message[] {
    const blocks = (this.rest + piece).split(/\r\n\r\n|\n\n|\r\r/);
    this.rest = blocks.pop() ?? '';
    return blocks.filter(Boolean).map(messageOf);
  }
}
