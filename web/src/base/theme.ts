// SPDX-License-Identifier: Apache-2.0
// Light, dark, or as the system says.

export const THEMES = ['system', 'light', 'dark'] as const;
export type Theme = (typeof THEMES)[number];

const KEPT = 'muniment.theme';

export function theme(): Theme {
  const kept = localStorage.getItem(KEPT);
  return THEMES.find(one => one === kept) ?? 'system';
}

export function applyTheme(): void {
  document.documentElement.dataset.theme = theme();
}

export function keepTheme(wanted: Theme): void {
  localStorage.setItem(KEPT, wanted);
  applyTheme();
}
