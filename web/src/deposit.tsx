// SPDX-License-Identifier: Apache-2.0
// The page of a deposit link: start.
import {render} from 'preact';
import {loadLanguage, wantedLanguage} from './base/i18n';
import {applyTheme} from './base/theme';
import {Deposit} from './pages/deposit/Deposit';
import './style/tokens.css';
import './style/base.css';
import './style/parts.css';

applyTheme();
await loadLanguage(wantedLanguage());
render(<Deposit />, document.getElementById('page')!);
