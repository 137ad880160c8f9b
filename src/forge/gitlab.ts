import type { RetryClock } from "../http/retry.ts";
import { addressIn, ForgeApi } from "./api.ts";
import { forgeErrors } from "./errors.ts";
import type { Forge } from "./forge.ts";

export interface GitlabSettings {
  /** `https://gitlab.com/api/v4`, or another server's. */
  readonly apiUrl: string;
  readonly token: string;
  /** Id or path of the project. */
  readonly project: string;
  /** Number of the merge request within the project; null where only issues matter. */
  readonly mergeRequest: number | null;
  readonly clock: RetryClock;
}

const LABEL = "sanctioned";

interface Note {
  readonly id: number;
  readonly body?: string | null;
  readonly author?: { readonly id?: number } | null;
}

interface Issue {
  readonly iid: number;
  readonly description?: string | null;
  readonly state: string;
  readonly author?: { readonly id?: number } | null;
}

/** GitLab's REST API (docs.gitlab.com/api: notes and issues). @throws SettingsError, RemoteError as `github` */
export async function gitlab({
  apiUrl,
  token,
  project,
  mergeRequest,
  clock,
}: GitlabSettings): Promise<Forge> {
  if (project === "") throw forgeErrors["project-not-named"]();
  const api = new ForgeApi({
    url: apiUrl.replace(/\/+$/, ""),
    headers: { "private-token": token },
    secret: token,
    clock,
  });
  const base = `/projects/${encodeURIComponent(project)}`;
  const notes = `${base}/merge_requests/${mergeRequest}/notes`;
  const { id: own } = ((await api.call("GET", "/user")).body ?? {}) as { id?: number };
  const isOwn = (author: { readonly id?: number } | null | undefined) =>
    own !== undefined && author?.id === own;
  /** Pages by number, since addresses in headers can name a host that is not the one asked. */
  const all = (path: string, id: string) =>
    api.items(`${path}&per_page=100`, {
      nextOf: ({ headers }) => {
        const next = headers["x-next-page"] ?? "";
        return next === "" ? null : `${path}&per_page=100&page=${encodeURIComponent(next)}`;
      },
      id,
      end: path.slice(0, path.indexOf("?")),
    });
  async function* notesIn(path: string) {
    for await (const note of all(`${path}?sort=asc`, "id")) {
      const { id, body, author } = note as Note;
      yield { id, body: typeof body === "string" ? body : "", isOwn: isOwn(author) };
    }
  }
  return {
    comments: () => notesIn(notes),
    issueComments: (issue) => notesIn(`${base}/issues/${issue}/notes`),
    commentOnIssue: async (issue, body) =>
      api.idIn(await api.call("POST", `${base}/issues/${issue}/notes`, { body })),
    deleteIssueComment: (issue, id) => api.delete(`${base}/issues/${issue}/notes/${id}`),
    createComment: async (body) => {
      await api.call("POST", notes, { body });
    },
    updateComment: async (id, body) => {
      await api.call("PUT", `${notes}/${id}`, { body });
    },
    // docs.gitlab.com/api/merge_requests: a label that the project has not is made
    setLabels: async ({ set, unset }) => {
      const labels = { add_labels: set.join(","), remove_labels: unset.join(",") };
      await api.call("PUT", `${base}/merge_requests/${mergeRequest}`, labels);
    },
    async *issues() {
      for await (const item of all(`${base}/issues?labels=${LABEL}`, "iid")) {
        const { iid, description, author, state } = item as Issue;
        const body = typeof description === "string" ? description : "";
        yield { id: iid, body, isOwn: isOwn(author), isOpen: state === "opened" };
      }
    },
    createIssue: async (title, body) => {
      await api.call("POST", `${base}/issues`, { title, description: body, labels: LABEL });
    },
    openPullRequest: async ({ branch, base: into, title, body }) => {
      const sent = { source_branch: branch, target_branch: into, title, description: body };
      return addressIn((await api.call("POST", `${base}/merge_requests`, sent)).body, "web_url");
    },
    updateIssue: async (id, title, body, isOpen) => {
      const state_event = isOpen ? "reopen" : "close";
      await api.call("PUT", `${base}/issues/${id}`, { title, description: body, state_event });
    },
  };
}
