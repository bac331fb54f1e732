// SPDX-License-Identifier: Apache-2.0
// The page of a deposit link: start. It opens no session, and loads no more than it needs.
import {render} from 'preact';
import {loadLanguage, wantedLanguage} from './base/i18n';
import {applyTheme} from './base/theme';
import {Deposit} from './pages/deposit/Deposit';
import {DEPOSIT_TEXTS} from './pages/deposit/texts';
import './style/tokens.css';
import './style/base.css';
import './style/parts.css';

applyTheme();
await loadLanguage(wantedLanguage(), DEPOSIT_TEXTS);
render(<Deposit path={location.pathname} fragment={location.hash} />, document.getElementById('page')!);
