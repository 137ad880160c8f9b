import type { RetryClock } from "../http/retry.ts";
import { type ApiSettings, ForgeApi } from "./api.ts";
import { forgeErrors } from "./errors.ts";

/** What a forge knows of the commits of a branch, and of who wrote them. Every method throws a RemoteError where it does not tell. */
export interface History {
  /** The commit that the last run which ended well was of; null where none did. */
  lastApplied(): Promise<string | null>;
  /** The commits after `from` up to `to`, and `most` or a few more of them at most. */
  commits(from: string, to: string, most: number): Promise<readonly Authored[]>;
  /** Who wrote the changes that brought a commit. */
  changeAuthors(hash: string): Promise<readonly string[]>;
}

export interface Authored {
  readonly hash: string;
  /** Logins, as far as the forge knows them. */
  readonly names: readonly string[];
}

interface Place {
  readonly apiUrl: string;
  readonly token: string;
  readonly branch: string;
  readonly clock: RetryClock;
}

/** What GitHub writes as itself, such as a merge by its button. */
const MACHINE = "web-flow";

/** GitHub's REST API (docs.github.com/rest: workflow runs, comparing commits, pull requests of a commit). */
export function githubHistory({
  repository,
  workflow,
  ...place
}: Place & { readonly repository: string; readonly workflow: string }): History {
  if (!/^[\w.-]+\/[\w.-]+$/.test(repository)) throw forgeErrors["repository-not-valid"]();
  const read = reader(place, {
    authorization: `Bearer ${place.token}`,
    accept: "application/vnd.github+json",
    "x-github-api-version": "2022-11-28",
  });
  const base = `/repos/${repository}`;
  return {
    lastApplied: async () => {
      const query = new URLSearchParams({ branch: place.branch, event: "push", status: "success" });
      const { workflow_runs: runs } = read.object(
        await read.json(`${base}/actions/workflows/${workflow}/runs?${query}&per_page=1`),
      );
      return read.text(read.objects(runs)[0]?.head_sha);
    },
    commits: async (from, to, most) => {
      const found: Authored[] = [];
      for (let page = 1, count = 1; found.length < Math.min(count, most + 1); page++) {
        const answer = read.object(
          await read.json(`${base}/compare/${from}...${to}?per_page=100&page=${page}`),
        );
        const commits = read.objects(answer.commits);
        count = Number(answer.total_commits);
        if (!Number.isSafeInteger(count) || (commits.length === 0 && count > 0))
          throw read.unexpected("a list that lacks commits");
        found.push(...commits.map((commit) => authored(read, commit)));
        if (count === 0) break;
      }
      return found;
    },
    changeAuthors: async (hash) =>
      read
        .objects(await read.json(`${base}/commits/${hash}/pulls`))
        .flatMap(({ user }) => read.text(memberOf(user, "login")) ?? []),
  };
}

function authored(read: Reader, { sha, author, committer }: Members): Authored {
  const names = [author, committer].flatMap((one) => read.text(memberOf(one, "login")) ?? []);
  return { hash: read.text(sha) ?? "", names: names.filter((name) => name !== MACHINE) };
}

/** GitLab's REST API (docs.gitlab.com/api: pipelines, comparing commits, merge requests of a commit). */
export function gitlabHistory({ project, ...place }: Place & { readonly project: string }): History {
  const read = reader(place, { "private-token": place.token });
  const base = `/projects/${encodeURIComponent(project)}`;
  return {
    // Of pipelines: a deployment is of one org.
    lastApplied: async () => {
      const query = new URLSearchParams({ ref: place.branch, source: "push", status: "success" });
      const list = read.objects(
        await read.json(`${base}/pipelines?${query}&order_by=id&sort=desc&per_page=1`),
      );
      return read.text(list[0]?.sha);
    },
    commits: async (from, to) => {
      const answer = read.object(await read.json(`${base}/repository/compare?from=${from}&to=${to}`));
      return read.objects(answer.commits).map(({ id }) => ({ hash: read.text(id) ?? "", names: [] }));
    },
    changeAuthors: async (hash) =>
      read
        .objects(await read.json(`${base}/repository/commits/${hash}/merge_requests`))
        .flatMap(({ author }) => read.text(memberOf(author, "username")) ?? []),
  };
}

type Members = Readonly<Record<string, unknown>>;
type Reader = ReturnType<typeof reader>;

function memberOf(value: unknown, name: string): unknown {
  return typeof value === "object" && value !== null ? (value as Members)[name] : undefined;
}

/** Answers that are what they are taken for. */
function reader({ apiUrl, token, clock }: Place, headers: ApiSettings["headers"]) {
  const url = apiUrl.replace(/\/+$/, "");
  const api = new ForgeApi({ url, headers, secret: token, clock });
  const unexpected = (what: string) =>
    forgeErrors["forge-answer-not-known"]({ host: new URL(url).host, what });
  const object = (value: unknown): Members => {
    if (typeof value === "object" && value !== null && !Array.isArray(value)) return value as Members;
    throw unexpected("something that is no object");
  };
  return {
    unexpected,
    object,
    objects: (value: unknown): readonly Members[] => {
      if (Array.isArray(value)) return value.map(object);
      throw unexpected("something that is not a list");
    },
    text: (value: unknown): string | null => (typeof value === "string" ? value : null),
    json: async (path: string) => (await api.call("GET", path)).body,
  };
}
