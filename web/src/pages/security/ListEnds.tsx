// SPDX-License-Identifier: Apache-2.0
// What stands above and below the rows: what came meanwhile, and how far was looked.
import {showNumber, t} from '../../base/i18n';
import {Button} from '../../parts/controls';
import type {Scanned} from './event';

interface AboveProps {
  news: {count: number; live: boolean};
  show: () => void;
  newer: (() => void) | undefined;
  /** Undefined: one may not. */
  exports: (() => void) | undefined;
}

/** Says how many came; the rows stay as they are until somebody asks. */
export function AboveRows({news, show, newer, exports}: AboveProps) {
  return (
    <div class="live">
      {newer && <Button onClick={newer}>{t('security.newer')}</Button>}
      <span class={`live-state ${news.live ? 'on' : ''}`}><span aria-hidden="true">{news.live ? '●' : '○'}</span> {t(news.live ? 'security.live' : 'security.not_live')}</span>
      <span role="status">{news.count > 0 && <button type="button" class="live-pill" onClick={show}>{t('security.new', {n: news.count})}</button>}</span>
      {exports && <Button class="exports" onClick={exports}>{t('security.export')}</Button>}
    </div>
  );
}

interface ScannedProps {
  scanned: Scanned;
  shown: number;
  older: (() => void) | undefined;
  busy: boolean;
}

function scannedText({from, to, complete}: Scanned): string {
  if (from === null || to === null) return t('security.scanned.nothing');
  const range = {from: showNumber(from), to: showNumber(to)};
  return t(complete ? 'security.scanned.complete' : 'security.scanned.partly', range);
}

/** What was looked through, whether all of it, and the button to go on. */
export function ScannedLine({scanned, shown, older, busy}: ScannedProps) {
  return (
    <p class="more scanned">
      <span>{t('app.shown', {n: shown})}. {scannedText(scanned)}</span>
      {older && <Button busy={busy} onClick={older}>{t(scanned.complete ? 'app.older' : 'security.go_on')}</Button>}
    </p>
  );
}
