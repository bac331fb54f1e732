// SPDX-License-Identifier: Apache-2.0
// One credential: what it is, who may use it, who knows it, its versions; never the secret.
import type {ComponentChildren} from 'preact';
import {useState} from 'preact/hooks';
import {path, post, remove, type Page as ListPage} from '../../base/api';
import {t} from '../../base/i18n';
import {useDo, useGet, usePaged, type Loaded} from '../../base/load';
import type {RouteProps} from '../../base/router';
import {say} from '../../base/say';
import {may, useSession} from '../../base/session';
import {Button, CopyButton} from '../../parts/controls';
import {More, Page, Section, Table} from '../../parts/page';
import {Facts, Notice, ProblemNotice, Skeleton, Time} from '../../parts/shown';
import {EditCredential} from './EditCredential';
import {GrantTable} from './Grants';
import {KnownTo} from './KnownTo';
import {clientOf} from './known';
import {linkOf, type Access, type Credential, type Grant} from './model';
import {NewVersion} from './NewVersion';
import {ClientName, kindName, ModeMark, Strength} from './shown';
import {UseButtons} from './UseButtons';
import './vault.css';

interface Version {
  version: number;
  current: boolean;
  created: string;
  by?: string;
  generated: boolean;
  fields: ('password' | 'totp' | 'key' | 'text' | 'number' | 'expiry' | 'holder')[];
  known_to: number;
}

const Site = ({url}: {url: string}) => {
  const href = linkOf(url);
  return href ? <a href={href} target="_blank" rel="noopener noreferrer">{url}</a> : <>{url}</>;
};

function CredentialFacts({credential, client}: {credential: Credential; client: string}) {
  const {url, username, tags = []} = credential.label;
  const tagLinks: ComponentChildren[] = tags.map(tag => <a key={tag} class="chip" href={`/vault?show=all&tag=${encodeURIComponent(tag)}`}>{tag}</a>);
  return (
    <Facts rows={[
      [t('vault.client'), <ClientName id={credential.client} name={client} />],
      [t('vault.kind'), kindName(credential.kind)],
      url && [t('vault.url'), <Site url={url} />],
      username && [t('vault.field.username'), <><span class="mono">{username}</span> <CopyButton text={username} what={t('vault.field.username')} /></>],
      tags.length > 0 && [t('vault.tags'), <span class="row">{tagLinks}</span>],
      [t('vault.ceiling'), <ul class="leaves">{credential.modes_max.map(mode => <li key={mode}><ModeMark mode={mode} /> <span class="small">{t(`vault.mode.${mode}.leaves`)}</span></li>)}</ul>],
      credential.strength !== undefined && [t('vault.strength'), <Strength value={credential.strength} />],
      credential.public && [t('vault.public'), <span class="mono">{credential.public.type} {credential.public.fingerprint}</span>],
      [t('vault.created'), <Time at={credential.created} style="minute" />],
      [t('vault.version'), String(credential.version)],
    ]} />
  );
}

function Versions({credential}: {credential: Credential}) {
  const list = usePaged<Version>(path`/v1/credentials/${credential.id}/versions`, {limit: 20});
  return (
    <Section title={t('vault.versions')}>
      <ProblemNotice problem={list.problem} again={list.reload} />
      {list.data && <>
        <Table caption={t('vault.versions')} look="credentials stacks">
          <thead><tr><th scope="col">{t('vault.version')}</th><th scope="col">{t('vault.created')}</th><th scope="col">{t('vault.version.from')}</th><th scope="col">{t('vault.version.fields')}</th><th scope="col" class="number">{t('vault.version.known')}</th></tr></thead>
          <tbody>
            {list.data.map(one => (
              <tr key={one.version}>
                <td>{one.version}{one.current && <span class="small"> {t('vault.version.current')}</span>}</td>
                <td><Time at={one.created} style="minute" /></td>
                <td>{t(one.generated ? 'vault.version.drawn' : 'vault.version.typed')}</td>
                <td>{one.fields.map(field => t(`vault.field.${field}`)).join(', ')}</td>
                <td class="number">{one.known_to}</td>
              </tr>
            ))}
          </tbody>
        </Table>
        {list.hasMore && <More hasMore busy={list.busy} more={list.more} shown={list.data.length} />}
      </>}
    </Section>
  );
}

/** The same password elsewhere: asked for, since each comparison is on record. */
function Reuse({credential}: {credential: Credential}) {
  const [found, setFound] = useState<{compared: number; others: readonly string[]}>();
  const look = useDo(async () => {
    const said = await post<{compared: number; groups: {credentials: string[]}[]}>('/v1/credentials:reuse', {client: credential.client});
    const group = said.groups.find(one => one.credentials.includes(credential.id));
    setFound({compared: said.compared, others: (group?.credentials ?? []).filter(id => id !== credential.id)});
  });
  return (
    <Section title={t('vault.reuse')}>
      <ProblemNotice problem={look.problem} />
      {!found && <p><Button busy={look.busy} onClick={() => void look.run()}>{t('vault.reuse.look')}</Button></p>}
      {found && found.others.length === 0 && <Notice look="ok" urgent title={t('vault.reuse.none', {n: found.compared})} />}
      {found && found.others.length > 0 && <Notice look="warning" urgent title={t('vault.reuse.found', {n: found.others.length})}>
        <ul>{found.others.map(id => <li key={id}><CredentialLink id={id} /></li>)}</ul>
      </Notice>}
    </Section>
  );
}

function CredentialLink({id}: {id: string}) {
  const {data} = useGet<Credential>(path`/v1/credentials/${id}`);
  return <a href={`/credentials/${id}`}>{data?.label.title ?? t('vault.credential')}</a>;
}

/** The trash, and the way out of it. */
function Trash({credential, changed}: {credential: Credential; changed: () => void}) {
  const [asks, setAsks] = useState(false);
  const archive = useDo(async () => {
    await remove(path`/v1/credentials/${credential.id}`);
    say(t('vault.trash.done'));
    setAsks(false);
    changed();
  });
  const restore = useDo(async () => {
    await post(path`/v1/credentials/${credential.id}/restore`);
    say(t('vault.restore.done'));
    changed();
  });
  if (credential.state === 'shredded') return null;
  if (credential.state === 'archived') return (
    <Notice look="warning" title={t('vault.trash.is')}>
      <p>{t('vault.trash.days')} {credential.archived && <Time at={credential.archived} style="day" />}</p>
      <ProblemNotice problem={restore.problem} />
      <p><Button look="main" busy={restore.busy} onClick={() => void restore.run()}>{t('vault.restore')}</Button></p>
    </Notice>
  );
  return (
    <div class="ending">
      <ProblemNotice problem={archive.problem} />
      {!asks && <Button look="danger" onClick={() => setAsks(true)}>{t('vault.trash')}</Button>}
      {asks && <Notice look="warning" urgent title={t('vault.trash.sure')}>
        <div class="actions">
          <Button look="danger" busy={archive.busy} onClick={() => void archive.run()}>{t('vault.trash')}</Button>
          <Button onClick={() => setAsks(false)}>{t('app.cancel')}</Button>
        </div>
      </Notice>}
    </div>
  );
}

interface Surroundings {
  grants: readonly Grant[];
  reload: () => void;
  access: Loaded<Access>;
  client: string;
}

/** What the client's grants and ledger say of this one. */
function useSurroundings(credential: Credential | undefined): Surroundings {
  const session = useSession();
  const wide = may(session, 'grant.give') || may(session, 'grant.approve') || Boolean(session.person.client);
  const grants = useGet<ListPage<Grant>>(credential ? '/v1/grants' : null, {client: credential?.client, limit: 500, names: 1});
  const access = useGet<Access>(credential && wide ? path`/v1/clients/${credential.client}/access` : null);
  const client = useGet<{name: string | null}>(credential && may(session, 'clients.read') ? path`/v1/clients/${credential.client}` : null);
  const mine = (grants.data?.items ?? []).filter(grant => grant.credential === credential?.id);
  return {grants: mine, reload: () => { grants.reload(); access.reload(); }, access, client: clientOf(client.data?.name ?? mine[0]?.client_name)};
}

export default function CredentialPage({params}: RouteProps) {
  const session = useSession();
  const {data: credential, problem, reload} = useGet<Credential>(path`/v1/credentials/${params.id ?? ''}`);
  const {grants, reload: reloadAround, access, client} = useSurroundings(credential);
  const [open, setOpen] = useState<'version' | 'edit'>();
  const writes = may(session, 'credential.deposit');
  const all = () => { setOpen(undefined); reload(); reloadAround(); };
  const item = access.data?.items.find(one => one.credential === credential?.id);
  const isActive = credential?.state === 'active';
  const actions = credential && isActive && <>
    <UseButtons grants={grants} credential={credential} client={client} used={reloadAround} />
    {writes && <Button onClick={() => setOpen('version')}>{t('vault.version.new')}</Button>}
    {writes && <Button onClick={() => setOpen('edit')}>{t('vault.edit')}</Button>}
  </>;
  return (
    <Page key={credential?.id} title={credential?.label.title ?? t('vault.credential')} up={{href: '/vault', text: t('app.room.vault')}} actions={actions}>
      <ProblemNotice problem={problem} again={reload} />
      {!credential && !problem && <Skeleton />}
      {credential && <>
        {writes && !isActive && <Trash credential={credential} changed={all} />}
        <CredentialFacts credential={credential} client={client} />
        <Section title={t('vault.tab.grants')} actions={isActive && may(session, 'grant.give') && <a class="button quiet" href={`/vault?show=give&credential=${credential.id}`}>{t('vault.give')}</a>}>
          {grants.length ? <GrantTable grants={grants} caption={t('vault.tab.grants')} without="credential" /> : <p class="quiet-text">{t('vault.grants.none')}</p>}
        </Section>
        {item && <KnownTo known={item.knows} version={credential.version} changed={all} />}
        <Versions key={credential.version} credential={credential} />
        {writes && credential.kind === 'login' && isActive && (may(session, 'grant.give') || may(session, 'grant.approve')) && <Reuse credential={credential} />}
        {writes && isActive && <Trash credential={credential} changed={all} />}
        {open === 'version' && <NewVersion credential={credential} onClose={() => setOpen(undefined)} changed={all} />}
        {open === 'edit' && <EditCredential credential={credential} onClose={() => setOpen(undefined)} changed={all} />}
      </>}
    </Page>
  );
}
