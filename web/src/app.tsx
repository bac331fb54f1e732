// SPDX-License-Identifier: Apache-2.0
// Who is there decides what is drawn: the sign-in, or the frame with a page.
import {useEffect, useState} from 'preact/hooks';
import {get, Problem, remove, SESSION_CHANGED, SIGNED_OUT} from './base/api';
import {loadLanguage, t, type Language} from './base/i18n';
import {navigate, usePlace} from './base/router';
import {SessionContext, type Session} from './base/session';
import {Frame, homeOf} from './parts/layout';
import {ProblemNotice, Skeleton} from './parts/shown';
import {SignIn} from './pages/signin/SignIn';
import {Routed} from './routes';

// That there may be a session, since scripts can't see its cookie: whoever never signed in here is not asked about.
const KEPT = 'muniment.signed-in';

type Who = {session?: Session; problem?: Problem; known: boolean};

function useWho() {
  const [who, keepWho] = useState<Who>({known: false});
  const setWho = (next: Who) => {
    if (next.session) localStorage.setItem(KEPT, '1');
    else if (!next.problem) localStorage.removeItem(KEPT);
    keepWho(next);
  };
  const ask = () => get<Session>('/v1/session').then(
    session => setWho({session, known: true}),
    problem => setWho(problem.status === 401 ? {known: true} : {problem, known: true}),
  );
  const look = () => (localStorage.getItem(KEPT) ? void ask() : setWho({known: true}));
  useEffect(() => {
    look();
    const lost = () => setWho({known: true});
    window.addEventListener(SIGNED_OUT, lost);
    return () => window.removeEventListener(SIGNED_OUT, lost);
  }, []);
  // Of a session that is known to be limited a refusal is no news.
  const limited = who.session?.enrol;
  useEffect(() => {
    const changed = (event: Event) => {
      if (!limited || event instanceof CustomEvent) void ask();
    };
    window.addEventListener(SESSION_CHANGED, changed);
    return () => window.removeEventListener(SESSION_CHANGED, changed);
  }, [limited]);
  return {who, setWho, look};
}

export function App() {
  const {who, setWho, look} = useWho();
  const {path} = usePlace();
  const [spoken, setSpoken] = useState(0);
  const choose = (language: Language) => void loadLanguage(language).then(() => setSpoken(before => before + 1));
  const signOut = async () => {
    await remove('/v1/session').catch(() => undefined);
    setWho({known: true});
    navigate('/');
  };
  if (!who.known) return <main class="alone"><Skeleton rows={3} /></main>;
  if (who.problem) return <main class="alone"><ProblemNotice problem={who.problem} again={look} /></main>;
  // Not made anew in another language: the code that was mailed would have to be asked for again.
  if (!who.session) return <SignIn choose={choose} signedIn={session => setWho({session, known: true})} />;
  const home = homeOf(who.session);
  const here = who.session.enrol ? '/me' : path === '/' || path === '/signin' ? home : path;
  return (
    <SessionContext.Provider value={who.session}>
      <Frame key={spoken} path={here} signOut={signOut} choose={choose}>
        <Routed path={here} missing={t('app.missing')} />
      </Frame>
    </SessionContext.Provider>
  );
}
