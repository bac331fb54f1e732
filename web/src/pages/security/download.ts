// SPDX-License-Identifier: Apache-2.0
// An export as it streams in: kept in pieces that the browser may put on disk, then saved as a file.
import {get, path, Problem, send} from '../../base/api';
import {saveFile} from '../../base/save';

export const FORMATS = ['csv', 'jsonl', 'evidence', 'ocsf', 'cef'] as const;
export type Format = (typeof FORMATS)[number];

export interface ExportAsk {
  format: Format;
  purpose: string;
  filters: Record<string, string | string[]>;
  bom?: boolean;
  complete?: boolean;
}

export interface Progress {
  bytes: number;
  lines: number;
}

export interface Exported {
  id: string;
  state: 'running' | 'complete' | 'cut';
  rows: number;
  bytes: number;
  sha256: string | null;
  event: string | null;
}

const PIECE = 8 * 1024 * 1024;
const LINE_END = 10;

function countLines(bytes: Uint8Array): number {
  let lines = 0;
  for (let at = bytes.indexOf(LINE_END); at >= 0; at = bytes.indexOf(LINE_END, at + 1)) lines++;
  return lines;
}

/** Reads a stream into one Blob. Small pieces are joined early, so that memory holds one of them at most. */
async function gather(stream: ReadableStream<Uint8Array<ArrayBuffer>>, told: (progress: Progress) => void): Promise<Blob> {
  const pieces: Blob[] = [];
  let waiting: Uint8Array<ArrayBuffer>[] = [];
  let held = 0;
  const progress = {bytes: 0, lines: 0};
  const reader = stream.getReader();
  for (let piece = await reader.read(); !piece.done; piece = await reader.read()) {
    waiting.push(piece.value);
    held += piece.value.length;
    progress.bytes += piece.value.length;
    progress.lines += countLines(piece.value);
    told({...progress});
    if (held < PIECE) continue;
    pieces.push(new Blob(waiting));
    waiting = [];
    held = 0;
  }
  return new Blob([...pieces, ...waiting]);
}

/** What the server says of the export once its stream has ended; its end is written a moment later. */
async function endOf(id: string): Promise<Exported> {
  for (let turn = 0; ; turn++) {
    const made = await get<Exported>(path`/v1/exports/${id}`);
    if (made.state !== 'running' || turn === 10) return made;
    await new Promise(resolve => setTimeout(resolve, 300));
  }
}

const EXPORTS = '/v1/exports';

/** What a person confirms before an export: a session that was left open carries nothing away. */
export const EXPORT_FIELDS = {method: 'POST', path: EXPORTS};

/** Exports and saves; a stream that was cut is not saved. Throws Problem. */
export async function exportLog(ask: ExportAsk, verification: string, name: string, told: (progress: Progress) => void, signal: AbortSignal): Promise<Exported> {
  const response = await send('POST', EXPORTS, {body: ask, verification, signal});
  const id = response.headers.get('Export-Id');
  if (!id || !response.body) throw new Problem(0, 'unreachable', '');
  const file = await gather(response.body, told).catch(() => undefined);
  if (signal.aborted) throw new Problem(0, 'cut', '');
  const made = await endOf(id);
  if (!file || made.state !== 'complete' || file.size !== made.bytes) throw new Problem(0, 'cut', '');
  saveFile(file, name);
  return made;
}
