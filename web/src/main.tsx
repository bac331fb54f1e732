// SPDX-License-Identifier: Apache-2.0
// The pages: start.
import {render} from 'preact';
import {App} from './app';
import {watchAttendance} from './base/attended';
import {watchCopying} from './base/clipboard';
import {loadLanguage, wantedLanguage} from './base/i18n';
import {catchLinks} from './base/router';
import {applyTheme} from './base/theme';
import './style/tokens.css';
import './style/base.css';
import './style/parts.css';
import './style/frame.css';

applyTheme();
catchLinks();
watchAttendance();
watchCopying();
await loadLanguage(wantedLanguage());
render(<App />, document.getElementById('page')!);
