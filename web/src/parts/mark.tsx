// SPDX-License-Identifier: Apache-2.0
// The mark: the door of the muniment room.

export const Mark = () => (
  <svg class="mark" viewBox="0 0 32 32" width="28" height="28" aria-hidden="true">
    <rect width="32" height="32" rx="6" />
    <path d="M7 25V11l9-5 9 5v14" />
    <path d="M12.5 25v-8a3.5 3.5 0 0 1 7 0v8" />
    <path d="M5 25.4h22" />
  </svg>
);
