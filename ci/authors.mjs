// Who wrote what is about to be applied, so that their approval of it does not count: the authors of every change that was
// merged since the last time that all was applied, not of the last push alone, since a run that waited may have been replaced
// by a later one.
//   node ci/authors.mjs   prints two lines, `authors=` with names separated by commas and `base=` with the commit since which
// GitHub: GITHUB_TOKEN (contents, pull-requests and actions: read) and what a workflow has; GitLab: GITLAB_TOKEN (api).
// Ends with 1, and the reason, where the forge does not tell: then nobody can say whose approval counts.

const MOST_COMMITS = 500;
const NAME = /^[\w.-]+(\[bot\])?$/;
const HASH = /^[0-9a-f]{40}([0-9a-f]{24})?$/;
const { env } = process;

/** @returns the answer's JSON @throws Error without the address, in which names of others could stand */
async function get(url, headers) {
  const response = await fetch(url, { headers, redirect: "error", signal: AbortSignal.timeout(30_000) });
  if (!response.ok) throw new Error(`the forge answered ${response.status}`);
  return await response.json();
}

function github() {
  const base = `${env.GITHUB_API_URL}/repos/${env.GITHUB_REPOSITORY}`;
  const headers = { authorization: `Bearer ${env.GITHUB_TOKEN}`, accept: "application/vnd.github+json" };
  const workflow = /\/([\w.-]+)@/.exec(env.GITHUB_WORKFLOW_REF ?? "")?.[1];
  return {
    head: env.GITHUB_SHA,
    before: env.BEFORE,
    lastApplied: async () => {
      const { workflow_runs: runs } = await get(
        `${base}/actions/workflows/${workflow}/runs?branch=main&event=push&status=success&per_page=1`,
        headers,
      );
      return runs[0]?.head_sha;
    },
    commits: async (from, to) => {
      const { total_commits: count, commits } = await get(
        `${base}/compare/${from}...${to}?per_page=100`,
        headers,
      );
      for (let page = 2; commits.length < Math.min(count, MOST_COMMITS + 1); page++) {
        const more = await get(`${base}/compare/${from}...${to}?per_page=100&page=${page}`, headers);
        if (more.commits.length === 0) throw new Error("the forge does not list all commits");
        commits.push(...more.commits);
      }
      return commits.map(({ sha, author, committer }) => ({
        hash: sha,
        names: [author?.login, committer?.login],
      }));
    },
    changeAuthors: async (hash) =>
      (await get(`${base}/commits/${hash}/pulls`, headers)).map(({ user }) => user?.login),
    machine: "web-flow",
  };
}

function gitlab() {
  const base = `${env.CI_API_V4_URL}/projects/${env.CI_PROJECT_ID}`;
  const headers = { "private-token": env.GITLAB_TOKEN };
  return {
    head: env.CI_COMMIT_SHA,
    before: env.CI_COMMIT_BEFORE_SHA,
    lastApplied: async () =>
      (
        await get(
          `${base}/deployments?environment=production&status=success&order_by=id&sort=desc&per_page=1`,
          headers,
        )
      )[0]?.sha,
    commits: async (from, to) =>
      (await get(`${base}/repository/compare?from=${from}&to=${to}`, headers)).commits.map(({ id }) => ({
        hash: id,
        names: [],
      })),
    changeAuthors: async (hash) =>
      (await get(`${base}/repository/commits/${hash}/merge_requests`, headers)).map(
        ({ author }) => author?.username,
      ),
    machine: null,
  };
}

async function authors(forge) {
  const base = (await forge.lastApplied()) ?? forge.before;
  if (!HASH.test(forge.head) || !HASH.test(base)) throw new Error("the run names no commits");
  const isAlone = /^0+$/.test(base) || base === forge.head;
  const list = isAlone ? [{ hash: forge.head, names: [] }] : await forge.commits(base, forge.head);
  if (list.length > MOST_COMMITS) throw new Error(`more than ${MOST_COMMITS} commits since the last update`);
  return { names: await namesOf(list, forge), base: isAlone ? forge.head : base };
}

async function namesOf(commits, { changeAuthors, machine }) {
  const found = new Set();
  for (const { hash, names } of commits)
    for (const name of [...names, ...(await changeAuthors(hash))])
      if (name && name !== machine) found.add(name);
  if (found.size === 0 || ![...found].every((name) => NAME.test(name)))
    throw new Error("the forge tells nobody");
  return [...found].sort();
}

try {
  const { names, base } = await authors(env.FORGE === "gitlab" ? gitlab() : github());
  console.log(`authors=${names.join(",")}\nbase=${base}`);
} catch (error) {
  console.error(`Who wrote the change is not known: ${error.message}. Run the job again.`);
  process.exitCode = 1;
}
