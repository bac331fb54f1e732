// SPDX-License-Identifier: Apache-2.0
// Where a client hands in access details: sealed in the browser to a key that stands in the link behind the #.
import type {ComponentChildren} from 'preact';
import {useEffect, useRef, useState} from 'preact/hooks';
import type {Problem} from '../../base/api';
import {chosenLanguage, isLanguage, keepLanguage, language, LANGUAGES, loadLanguage, t, type Language} from '../../base/i18n';
import {useLoad} from '../../base/load';
import {Choice} from '../../parts/controls';
import {Mark} from '../../parts/mark';
import {Notice, ProblemNotice, Skeleton} from '../../parts/shown';
import {DepositForm} from './DepositForm';
import {loadForm, type Form, type Outcome} from './handing';
import {readLink, type Link} from './link';
import {DEPOSIT_TEXTS} from './texts';
import './deposit.css';

/** Over: used, dead, out of time, or never there. Each says what to do. */
function Over({problem}: {problem?: Problem}) {
  const why = problem?.code === 'link_used' ? 'used' : problem?.code === 'link_dead' ? 'dead' : problem?.code === 'gone' ? 'expired' : 'broken';
  return (
    <Notice look="warning" urgent title={t(`deposit.over.${why}`)}>
      <p>{t(`deposit.over.${why}.todo`)}</p>
    </Notice>
  );
}

function Done({outcome}: {outcome: Outcome}) {
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => heading.current?.focus(), []);
  return (
    <Notice look="ok">
      <h2 ref={heading} tabIndex={-1}>{t(outcome.is === 'likely' ? 'deposit.likely' : 'deposit.done')}</h2>
      <p>{t(outcome.is === 'likely' ? 'deposit.likely.todo' : 'deposit.done.todo')}</p>
    </Notice>
  );
}

/** The client's own language, unless somebody chose another one here. */
function useClientsLanguage(form: Form | undefined) {
  const [, setSpoken] = useState<Language>(language());
  const speak = (wanted: Language) => void loadLanguage(wanted, DEPOSIT_TEXTS).then(() => setSpoken(wanted));
  useEffect(() => {
    if (form && !chosenLanguage() && isLanguage(form.language) && form.language !== language()) speak(form.language);
  }, [form]);
  return speak;
}

const isOver = (problem: Problem): boolean => problem.status === 404 || problem.status === 410;

/** The page of a link that is whole. */
function Opened({link}: {link: Link}) {
  const {data: form, problem, reload} = useLoad(signal => loadForm(link, signal), [link.id]);
  const [outcome, setOutcome] = useState<Outcome>();
  const speak = useClientsLanguage(form);
  // The key is spent: neither the address bar nor the history needs it any more.
  const end = (result: Outcome) => {
    history.replaceState(null, '', location.pathname);
    setOutcome(result);
  };
  const over = outcome?.is === 'over' ? outcome.problem : problem && isOver(problem) ? problem : undefined;
  return (
    <Around speak={speak}>
      {over ? <Over problem={over} />
        : outcome ? <Done outcome={outcome} />
        : form ? <DepositForm form={form} link={link} ended={end} />
        : problem ? <ProblemNotice problem={problem} again={reload} />
        : <Skeleton rows={6} />}
    </Around>
  );
}

function Around({speak, children}: {speak: (language: Language) => void; children: ComponentChildren}) {
  useEffect(() => { document.title = t('deposit.title'); });
  return (
    <main class="alone deposit-page">
      <div class="brand"><Mark /><span>Muniment</span></div>
      <h1>{t('deposit.title')}</h1>
      {children}
      <footer>
        <Choice label={t('app.language')} value={language()} options={Object.entries(LANGUAGES) as [Language, string][]}
          onChoose={code => { keepLanguage(code); speak(code); }} />
      </footer>
    </main>
  );
}

/** A part of the link was lost, as some mail programs do. */
function Broken() {
  const speak = useClientsLanguage(undefined);
  return <Around speak={speak}><Over /></Around>;
}

export function Deposit({path, fragment}: {path: string; fragment: string}) {
  const [link] = useState(() => readLink(path, fragment));
  return link ? <Opened link={link} /> : <Broken />;
}
