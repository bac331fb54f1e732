// SPDX-License-Identifier: Apache-2.0
// How long a secret is that the server draws, and of what: nobody has seen it.
import {t} from '../../base/i18n';
import {Check, TextField} from '../../parts/controls';

export const CLASSES = ['lower', 'upper', 'digits', 'signs'] as const;
export type CharClass = (typeof CLASSES)[number];

export interface Drawing {
  length: string;
  classes: readonly CharClass[];
}

export const NEW_DRAWING: Drawing = {length: '20', classes: CLASSES};
export const drawingBody = (drawing: Drawing) => ({length: Number(drawing.length), classes: drawing.classes});

export function GenerateFields({drawing, set}: {drawing: Drawing; set: (drawing: Drawing) => void}) {
  const toggle = (one: CharClass, on: boolean) => set({...drawing, classes: CLASSES.filter(each => (each === one ? on : drawing.classes.includes(each)))});
  return (
    <>
      <TextField label={t('vault.generate.length')} type="number" min={12} max={128} value={drawing.length} onText={length => set({...drawing, length})} required />
      <fieldset class="inner">
        <legend>{t('vault.generate.classes')}</legend>
        {CLASSES.map(one => <Check key={one} label={t(`vault.generate.${one}`)} checked={drawing.classes.includes(one)} disabled={drawing.classes.length === 1 && drawing.classes.includes(one)} onCheck={on => toggle(one, on)} />)}
      </fieldset>
    </>
  );
}
