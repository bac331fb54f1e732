// SPDX-License-Identifier: Apache-2.0
// How many events that fit came since the list was read. The list itself never moves by it.
import {useEffect, useState} from 'preact/hooks';
import {send} from '../../base/api';
import type {LogEvent} from './event';
import {asked, isPrivate, type Filters} from './filters';
import {MessageReader} from './sse';

const AGAIN_MS = 15_000;

interface Following {
  count: number;
  live: boolean;
}

/** Reading the log is on record too: one's own looking is no news to oneself. */
const isNews = (event: LogEvent, reader: string): boolean => event.action !== 'log.viewed' || event.actor.person !== reader;

interface Course {
  query: Record<string, string | string[]>;
  after: number;
  reader: string;
  signal: AbortSignal;
  live: (live: boolean) => void;
  arrived: (count: number) => void;
}

/** Reads one stream to its end; gives the index to go on behind. */
async function followOnce(course: Course): Promise<number> {
  const response = await send('GET', '/v1/events:tail', {query: {...course.query, after: course.after}, signal: course.signal});
  const stream = response.body?.pipeThrough(new TextDecoderStream()).getReader();
  const reader = new MessageReader();
  let after = course.after;
  course.live(true);
  for (let piece = await stream?.read(); piece && !piece.done; piece = await stream?.read()) {
    const messages = reader.push(piece.value);
    const news = messages.filter(one => one.data && isNews(JSON.parse(one.data), course.reader)).length;
    after = Number(messages.at(-1)?.id || after);
    if (news) course.arrived(news);
  }
  return after;
}

async function follow(course: Course): Promise<void> {
  while (!course.signal.aborted) {
    course = {...course, after: await followOnce(course).catch(() => course.after)};
    if (course.signal.aborted) return;
    course.live(false);
    await new Promise(resolve => setTimeout(resolve, AGAIN_MS));
  }
}

/** `after` is the index that the list was read up to; undefined: not yet. Texts and addresses are not followed, as they
 * would stand in a URL. */
export function useFollow(filters: Filters, after: number | undefined, reader: string): Following {
  const [state, setState] = useState<Following>({count: 0, live: false});
  const key = JSON.stringify(asked(filters));
  useEffect(() => {
    setState({count: 0, live: false});
    if (after === undefined || isPrivate(filters) || filters.to) return;
    const stop = new AbortController();
    void follow({
      query: asked(filters), after, reader, signal: stop.signal,
      live: live => stop.signal.aborted || setState(before => ({...before, live})),
      arrived: count => stop.signal.aborted || setState(before => ({...before, count: before.count + count})),
    });
    return () => stop.abort();
  }, [key, after]);
  return state;
}
