import { RemoteError } from "../errors.ts";
import type { RetryClock } from "../http/retry.ts";
import { type Answer, addressIn, ForgeApi } from "./api.ts";
import { forgeErrors } from "./errors.ts";
import type { Forge, Posted } from "./forge.ts";

export interface GithubSettings {
  /** `https://api.github.com`, or an enterprise server's. */
  readonly apiUrl: string;
  readonly token: string;
  /** `owner/name`. */
  readonly repository: string;
  /** Null where only issues matter. */
  readonly pullRequest: number | null;
  readonly clock: RetryClock;
}

const LABEL = "sanctioned";

interface Comment {
  readonly id: number;
  readonly body?: string | null;
  readonly user?: { readonly login?: string } | null;
  readonly performed_via_github_app?: unknown;
}

interface Issue extends Comment {
  readonly number: number;
  readonly state: string;
  readonly pull_request?: unknown;
}

/**
 * GitHub's REST API (docs.github.com/rest: issues and issue comments).
 * @throws SettingsError for a repository that is not one, or an address that would send the token in the clear
 */
export async function github({
  apiUrl,
  token,
  repository,
  pullRequest,
  clock,
}: GithubSettings): Promise<Forge> {
  if (!/^[\w.-]+\/[\w.-]+$/.test(repository)) throw forgeErrors["repository-not-valid"]();
  const api = new ForgeApi({
    url: apiUrl.replace(/\/+$/, ""),
    headers: {
      authorization: `Bearer ${token}`,
      accept: "application/vnd.github+json",
      "x-github-api-version": "2022-11-28",
    },
    secret: token,
    clock,
  });
  const base = `/repos/${repository}`;
  const own = await ownLogin(api);
  const posted = ({ id, body, user }: Comment): Posted => ({
    id,
    body: typeof body === "string" ? body : "",
    isOwn: user?.login === own,
  });
  /** Those of a pull request too, which is an issue there. */
  async function* commentsOf(issue: number | null) {
    const end = `/issues/${issue}/comments`;
    const all = api.items(`${base}${end}?per_page=100`, { nextOf: nextPage, id: "id", end });
    for await (const comment of all) yield posted(comment as Comment);
  }
  return {
    comments: () => commentsOf(pullRequest),
    issueComments: commentsOf,
    commentOnIssue: async (issue, body) =>
      api.idIn(await api.call("POST", `${base}/issues/${issue}/comments`, { body })),
    deleteIssueComment: (_, id) => api.delete(`${base}/issues/comments/${id}`),
    createComment: async (body) => {
      await api.call("POST", `${base}/issues/${pullRequest}/comments`, { body });
    },
    updateComment: async (id, body) => {
      await api.call("PATCH", `${base}/issues/comments/${id}`, { body });
    },
    // docs.github.com/rest/issues/labels: of a pull request too
    setLabels: async ({ set, unset }) => {
      const end = `/issues/${pullRequest}/labels`;
      const had = new Set<unknown>();
      for await (const label of api.items(`${base}${end}?per_page=100`, { nextOf: nextPage, id: "id", end }))
        had.add((label as { name?: unknown }).name);
      const missing = set.filter((label) => !had.has(label));
      if (missing.length > 0) await api.call("POST", `${base}${end}`, { labels: missing });
      for (const label of unset.filter((one) => had.has(one)))
        await api.call("DELETE", `${base}${end}/${encodeURIComponent(label)}`);
    },
    async *issues() {
      const listing = { nextOf: nextPage, id: "number", end: "/issues" };
      for await (const item of api.items(`${base}/issues?state=all&labels=${LABEL}&per_page=100`, listing)) {
        const issue = item as Issue;
        if (!issue.pull_request) yield { ...posted(issue), id: issue.number, isOpen: issue.state === "open" };
      }
    },
    createIssue: async (title, body) => {
      await api.call("POST", `${base}/issues`, { title, body, labels: [LABEL] });
    },
    openPullRequest: async ({ branch, base: into, title, body }) => {
      const answer = await api.call("POST", `${base}/pulls`, { head: branch, base: into, title, body });
      return addressIn(answer.body, "html_url");
    },
    updateIssue: async (id, title, body, isOpen) => {
      await api.call("PATCH", `${base}/issues/${id}`, { title, body, state: isOpen ? "open" : "closed" });
    },
  };
}

/** The token of a workflow cannot ask who it is: it writes as this user. */
const WORKFLOW_USER = "github-actions[bot]";

async function ownLogin(api: ForgeApi): Promise<string> {
  try {
    const { login } = ((await api.call("GET", "/user")).body ?? {}) as { login?: unknown };
    if (typeof login === "string") return login;
  } catch (error) {
    if (!(error instanceof RemoteError && error.code === "forge-access-refused")) throw error;
  }
  return WORKFLOW_USER;
}

/** The page after, from the Link header. */
function nextPage({ headers }: Answer): string | null {
  return /<([^>]+)>;\s*rel="next"/.exec(headers.link ?? "")?.[1] ?? null;
}
