// SPDX-License-Identifier: Apache-2.0
// The key that goes to a part's search.
import {useKeys} from '../../base/keys';

export const useSearchKey = (): void =>
  useKeys([{key: '/', does: 'vault.search', run: () => document.querySelector<HTMLInputElement>('main input[type="search"]')?.focus()}]);
