import Fastify, { type FastifyInstance } from "fastify";

/** A call that the stand-in took, in order. */
export interface Call {
  readonly method: string;
  readonly url: string;
  readonly body: unknown;
}

interface Item {
  id: number;
  body: string;
  title: string;
  author: number;
  isOpen: boolean;
  labels: string[];
}

/** Answers that come in place of the next call's. */
export interface Trouble {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: object;
}

export const TOKEN = "ghs_standIn0123456789";
const OWN = 41;
const LOGINS: Record<number, string> = { [OWN]: "github-actions[bot]", 7: "somebody" };
const PAGE = 100;

/** A local stand-in of the REST APIs of GitHub and GitLab, as far as comments and issues go. */
export class ForgeStandIn {
  readonly calls: Call[] = [];
  readonly comments: Item[] = [];
  readonly issues: Item[] = [];
  /** Comments of issues. */
  readonly said: (Item & { readonly issue: number })[] = [];
  /** Of the pull request. */
  readonly labels: string[] = [];
  /** The pull and merge requests that were opened, as they were sent. */
  readonly opened: unknown[] = [];
  readonly trouble: Trouble[] = [];
  /** Commits of the default branch, oldest first, with the authors of the changes that brought each. */
  readonly history: { readonly hash: string; readonly authors: readonly string[] }[] = [];
  /** The one that was applied last. */
  applied: string | null = null;
  readonly #server: FastifyInstance = Fastify();
  url = "";
  #lastSaid = 900;

  async start(): Promise<this> {
    const server = this.#server;
    server.addHook("onRequest", async (request, reply) => {
      const { authorization, "private-token": privateToken } = request.headers;
      if (authorization !== `Bearer ${TOKEN}` && privateToken !== TOKEN)
        return reply.code(401).send({ message: `Bad credentials ${authorization}` });
    });
    server.addHook("preHandler", async (request, reply) => {
      this.calls.push({ method: request.method, url: request.url, body: request.body ?? null });
      const next = this.trouble.shift();
      if (next)
        return reply
          .code(next.status)
          .headers(next.headers ?? {})
          .send(next.body ?? { message: "trouble" });
    });
    this.#github(server);
    this.#gitlab(server);
    this.url = await server.listen({ host: "127.0.0.1", port: 0 });
    return this;
  }

  async stop(): Promise<void> {
    await this.#server.close();
  }

  add(list: "comments" | "issues", body: string, more: Partial<Item> = {}): Item {
    const item = { id: this[list].length + 1, body, title: "", author: 7, isOpen: true, labels: [], ...more };
    this[list].push(item);
    return item;
  }

  #say(issue: number, body: string): Item {
    this.#lastSaid++;
    const item = { id: this.#lastSaid, body, title: "", author: OWN, isOpen: true, labels: [], issue };
    this.said.push(item);
    return item;
  }

  #unsay(id: string): boolean {
    const at = this.said.findIndex((one) => one.id === Number(id));
    if (at >= 0) this.said.splice(at, 1);
    return at >= 0;
  }

  #github(server: FastifyInstance): void {
    this.#historyOfGithub(server);
    const comment = ({ id, body, author }: Item) => ({ id, body, user: { login: LOGINS[author] } });
    const issue = (item: Item) => ({
      ...comment(item),
      number: item.id,
      title: item.title,
      state: item.isOpen ? "open" : "closed",
    });
    server.get("/user", async (_, reply) =>
      reply.code(403).send({ message: "Resource not accessible by integration" }),
    );
    server.get<{ Querystring: { page?: string } }>(
      "/repos/dieppe/org/issues/12/comments",
      async (request, reply) => {
        const page = Number(request.query.page ?? 1);
        if (this.comments.length > page * PAGE)
          reply.header(
            "link",
            `<${this.url}/repos/dieppe/org/issues/12/comments?per_page=100&page=${page + 1}>; rel="next", <${this.url}/x>; rel="last"`,
          );
        return this.comments.slice((page - 1) * PAGE, page * PAGE).map(comment);
      },
    );
    server.post<{ Body: { body: string } }>("/repos/dieppe/org/issues/12/comments", async ({ body }, reply) =>
      reply.code(201).send(comment(this.add("comments", body.body, { author: OWN }))),
    );
    server.patch<{ Params: { id: string }; Body: { body: string } }>(
      "/repos/dieppe/org/issues/comments/:id",
      async ({ params, body }) =>
        comment(Object.assign(this.comments[Number(params.id) - 1]!, { body: body.body })),
    );
    const ofIssue = "/repos/dieppe/org/issues/:issue/comments";
    server.get<{ Params: { issue: string } }>(ofIssue, async ({ params }) =>
      this.said.filter(({ issue }) => issue === Number(params.issue)).map(comment),
    );
    server.post<{ Params: { issue: string }; Body: { body: string } }>(
      ofIssue,
      async ({ params, body }, reply) =>
        reply.code(201).send(comment(this.#say(Number(params.issue), body.body))),
    );
    server.delete<{ Params: { id: string } }>(
      "/repos/dieppe/org/issues/comments/:id",
      async ({ params }, reply) =>
        this.#unsay(params.id) ? reply.code(204).send() : reply.code(404).send({ message: "Not Found" }),
    );
    const labels = () => this.labels.map((name, id) => ({ id, name }));
    const one = "/repos/dieppe/org/issues/12/labels";
    server.get(one, async () => labels());
    server.post<{ Body: { labels: string[] } }>(one, async ({ body }) => {
      this.labels.push(...body.labels);
      return labels();
    });
    server.delete<{ Params: { name: string } }>(`${one}/:name`, async ({ params: { name } }, reply) => {
      const at = this.labels.indexOf(name);
      if (at < 0) return reply.code(404).send({ message: "Label does not exist" });
      this.labels.splice(at, 1);
      return labels();
    });
    server.get<{ Querystring: { labels: string } }>("/repos/dieppe/org/issues", async ({ query }) =>
      this.issues.filter(({ labels }) => labels.includes(query.labels)).map(issue),
    );
    server.post<{ Body: { title: string; body: string; labels: string[] } }>(
      "/repos/dieppe/org/issues",
      async ({ body }, reply) =>
        reply
          .code(201)
          .send(
            issue(this.add("issues", body.body, { author: OWN, title: body.title, labels: body.labels })),
          ),
    );
    server.post("/repos/dieppe/org/pulls", async ({ body }, reply) => {
      this.opened.push(body);
      return reply.code(201).send({ number: 13, html_url: "https://github.example/dieppe/org/pull/13" });
    });
    server.patch<{ Params: { id: string }; Body: { title: string; body: string; state: string } }>(
      "/repos/dieppe/org/issues/:id",
      async ({ params, body }) =>
        issue(
          Object.assign(this.issues[Number(params.id) - 1]!, {
            title: body.title,
            body: body.body,
            isOpen: body.state === "open",
          }),
        ),
    );
  }

  #between(from: string, to: string) {
    const at = (hash: string) => this.history.findIndex((one) => one.hash === hash);
    return this.history.slice(at(from) + 1, at(to) + 1);
  }

  #authorsOf(hash: string) {
    return this.history.find((one) => one.hash === hash)?.authors ?? [];
  }

  #historyOfGithub(server: FastifyInstance): void {
    server.get<{ Querystring: { branch: string; status: string; event: string } }>(
      "/repos/dieppe/org/actions/workflows/apply.yml/runs",
      async ({ query: { branch, status, event } }) => ({
        workflow_runs:
          this.applied === null || `${branch} ${status} ${event}` !== "main success push"
            ? []
            : [{ head_sha: this.applied }],
      }),
    );
    server.get<{ Params: { range: string } }>("/repos/dieppe/org/compare/:range", async ({ params }) => {
      const commits = this.#between(...(params.range.split("...") as [string, string]));
      return {
        total_commits: commits.length,
        commits: commits.map(({ hash }) => ({ sha: hash, author: null, committer: { login: "web-flow" } })),
      };
    });
    server.get<{ Params: { hash: string } }>("/repos/dieppe/org/commits/:hash/pulls", async ({ params }) =>
      this.#authorsOf(params.hash).map((login) => ({ user: { login } })),
    );
  }

  #historyOfGitlab(server: FastifyInstance, base: string): void {
    server.get<{ Querystring: { ref: string; status: string; source: string } }>(
      `${base}/pipelines`,
      async ({ query: { ref, status, source } }) =>
        this.applied === null || `${ref} ${status} ${source}` !== "main success push"
          ? []
          : [{ sha: this.applied }],
    );
    server.get<{ Querystring: { from: string; to: string } }>(
      `${base}/repository/compare`,
      async ({ query }) => ({
        commits: this.#between(query.from, query.to).map(({ hash }) => ({ id: hash })),
      }),
    );
    server.get<{ Params: { hash: string } }>(
      `${base}/repository/commits/:hash/merge_requests`,
      async ({ params }) => this.#authorsOf(params.hash).map((username) => ({ author: { username } })),
    );
  }

  #gitlab(server: FastifyInstance): void {
    const note = ({ id, body, author }: Item) => ({ id, body, author: { id: author } });
    const issue = (item: Item) => ({
      iid: item.id,
      title: item.title,
      description: item.body,
      author: { id: item.author },
      state: item.isOpen ? "opened" : "closed",
    });
    const base = "/api/v4/projects/:project"; // "dieppe/org", as one segment
    this.#historyOfGitlab(server, base);
    server.get("/api/v4/user", async () => ({ id: OWN }));
    server.get<{ Querystring: { page?: string } }>(
      `${base}/merge_requests/12/notes`,
      async ({ query }, reply) => {
        const page = Number(query.page ?? 1);
        reply.header("x-next-page", this.comments.length > page * PAGE ? String(page + 1) : "");
        return this.comments.slice((page - 1) * PAGE, page * PAGE).map(note);
      },
    );
    server.post<{ Body: { body: string } }>(`${base}/merge_requests/12/notes`, async ({ body }, reply) =>
      reply.code(201).send(note(this.add("comments", body.body, { author: OWN }))),
    );
    server.put<{ Params: { id: string }; Body: { body: string } }>(
      `${base}/merge_requests/12/notes/:id`,
      async ({ params, body }) =>
        note(Object.assign(this.comments[Number(params.id) - 1]!, { body: body.body })),
    );
    const ofIssue = `${base}/issues/:issue/notes`;
    server.get<{ Params: { issue: string } }>(ofIssue, async ({ params }) =>
      this.said.filter((one) => one.issue === Number(params.issue)).map(note),
    );
    server.post<{ Params: { issue: string }; Body: { body: string } }>(
      ofIssue,
      async ({ params, body }, reply) =>
        reply.code(201).send(note(this.#say(Number(params.issue), body.body))),
    );
    server.delete<{ Params: { id: string } }>(`${ofIssue}/:id`, async ({ params }, reply) =>
      this.#unsay(params.id) ? reply.code(204).send() : reply.code(404).send({ message: "404 Not found" }),
    );
    server.put<{ Body: { add_labels: string; remove_labels: string } }>(
      `${base}/merge_requests/12`,
      async ({ body }) => {
        const removed = body.remove_labels.split(",");
        const added = body.add_labels.split(",").filter((name) => name !== "" && !this.labels.includes(name));
        const kept = this.labels.filter((name) => !removed.includes(name));
        this.labels.splice(0, Number.POSITIVE_INFINITY, ...kept, ...added);
        return { labels: this.labels };
      },
    );
    server.post(`${base}/merge_requests`, async ({ body }, reply) => {
      this.opened.push(body);
      return reply
        .code(201)
        .send({ iid: 13, web_url: "https://gitlab.example/dieppe/org/-/merge_requests/13" });
    });
    server.get(`${base}/issues`, async () => this.issues.map(issue));
    server.post<{ Body: { title: string; description: string } }>(`${base}/issues`, async ({ body }, reply) =>
      reply.code(201).send(issue(this.add("issues", body.description, { author: OWN, title: body.title }))),
    );
    server.put<{ Params: { id: string }; Body: { title: string; description: string; state_event: string } }>(
      `${base}/issues/:id`,
      async ({ params, body }) =>
        issue(
          Object.assign(this.issues[Number(params.id) - 1]!, {
            title: body.title,
            body: body.description,
            isOpen: body.state_event === "reopen",
          }),
        ),
    );
  }
}
