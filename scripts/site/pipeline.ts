import { envFile, passphraseFile, quoted, type SiteFacts } from "./templates.ts";

/** When a restore is tested: once a month, beside the hourly run. */
const HOURLY = "17 * * * *";
const MONTHLY = "43 3 1 * *";

/**
 * Commits the records of backups and hands them to the branch; a run that recorded nothing does nothing.
 * @param remote and branch as a shell reads them
 */
export const recordScript = (remote: string, branch: string, pushOptions = ""): string =>
  [
    `if [ -n "$(git status --porcelain -- 'backups.*.jsonl')" ]; then git add -- 'backups.*.jsonl'`,
    `git -c user.name=tresor -c user.email=tresor@invalid commit --quiet -m "Record of backups"`,
    `git -c user.name=tresor -c user.email=tresor@invalid pull --quiet --rebase ${remote} ${branch}`,
    `git push --quiet ${pushOptions}${remote} HEAD:${branch}; fi`,
  ].join(" && ");

/** What GitHub's `run` does where a step before it failed, too. */
const ALWAYS = "always() && ";

interface Texts {
  readonly gitlab: string;
  readonly github: string;
}

/** Work by a schedule: zones whose lifetime is over go, backups that are due are made, and once a month a restore is tested. */
function scheduled(zones: readonly string[]): Texts {
  const runs = zones.map((zone) => `npx tresor backup run ${zone}`);
  const tests = zones.map((zone) => `npx tresor backup restore-test ${zone}`);
  const job = (name: string, rule: string, script: readonly string[], record: boolean): string => `
${name}:
  extends: .tresor
  stage: apply
  rules: [{ if: ${rule} }]
  resource_group: tresor
  script:
${script.map((line) => `    - ${line}`).join("\n")}${
    record
      ? `
  after_script:
    - ${recordScript('"https://oauth2:$RECORD_TOKEN@$CI_SERVER_HOST/$CI_PROJECT_PATH.git"', '"$CI_COMMIT_BRANCH"', "-o ci.skip ")}`
      : ""
  }
`;
  const step = (when: string, script: readonly string[]): string =>
    `      - if: ${when}\n        run: |\n${script.map((line) => `          ${line}\n`).join("")}`;
  const onSchedule = '$CI_PIPELINE_SOURCE == "schedule"';
  const isSchedule = "github.event_name == 'schedule'";
  const isMonthly = `github.event.schedule == '${MONTHLY}'`;
  const reap: Texts = {
    gitlab: job("reap", onSchedule, ["npx tresor reap ."], false),
    github: `      - if: ${isSchedule}\n        run: npx tresor reap .\n`,
  };
  if (zones.length === 0) return reap;
  return {
    gitlab:
      reap.gitlab +
      job("backup", `${onSchedule} && $TRESOR_RESTORE_TEST == null`, runs, true) +
      job("restore-test", `${onSchedule} && $TRESOR_RESTORE_TEST`, tests, true),
    github:
      reap.github +
      step(`${isSchedule} && github.event.schedule != '${MONTHLY}'`, runs) +
      step(isMonthly, tests) +
      step(`${ALWAYS}${isSchedule}`, [recordScript("origin", '"$GITHUB_REF_NAME"')]),
  };
}

/** What the head of the file says of backups. */
const BACKUP_WORDS = `# Backups: set up two schedules in GitLab, hourly, and monthly with the variable TRESOR_RESTORE_TEST=1; GitHub has both below. RECORD_TOKEN is a
# project access token of GitLab with the right write_repository, masked: the record backups.<zone>.jsonl is committed by it.
`;

/** Pipelines for the two hosts in common use, one job for each stack; both are examples to copy. */
export function pipelineYaml({ kind, stacks }: SiteFacts): string {
  const names = stacks.map(({ name }) => name);
  const isZone = kind === "zone";
  const zones = isZone ? names : names.filter((name) => name !== "platform");
  const init = ["npx tresor init", kind, ".", ...zones.map((name) => `--stack ${name.replace(/-tenant$/, "")}`)].join(
    " ",
  );
  const run = (name: string, command: string): string =>
    `. ./${envFile(name)} && export PULUMI_BACKEND_URL="$STATE_URL" && pulumi ${command} -s ${name}`;
  const passphrase = quoted(passphraseFile(kind, names[0] ?? ""));
  // What goes by a schedule goes when nobody thinks of it.
  const backedUp = isZone ? stacks.filter(({ backups }) => backups).map(({ name }) => name) : [];
  const byItself = isZone ? scheduled(backedUp) : { gitlab: "", github: "" };
  const crons = [HOURLY, ...(backedUp.length > 0 ? [MONTHLY] : [])].map((cron) => `{ cron: "${cron}" }`).join(", ");
  // Before any change: what is planned must fit what is granted and not used by others.
  const room = isZone ? names.map((name) => `npx tresor plan ${name} --quota --live`) : [];
  const notScheduled = isZone ? ` && $CI_PIPELINE_SOURCE != "schedule"` : "";
  const unlessScheduled = isZone ? `if: github.event_name != 'schedule'\n        ` : "";
  return `# An example to copy: .gitlab-ci.yml (first document) or .github/workflows/tresor.yml (second document).
# TRESOR_PACKAGE is the package's file or address that you chose and checked (npm pack makes it): never a bare name of a public registry,
# which somebody else may have taken. STATE_URL is where the state lies (s3://..., postgres://...): a runner's own disk does not last.
# Both keep PASSPHRASE and CLOUDS_YAML as masked secrets of the pipeline; so is STATE_URL where it holds a password.
${backedUp.length > 0 ? BACKUP_WORDS : ""}stages: [check, apply]
.tresor:
  before_script:
    - umask 077; printf %s "$PASSPHRASE" > ${passphrase}; printf %s "$CLOUDS_YAML" > clouds.yaml
    - npm install --no-save "$TRESOR_PACKAGE" && npx tresor toolchain && ${init}
check:
  extends: .tresor
  stage: check
  rules: [{ if: $CI_PIPELINE_SOURCE == "merge_request_event" }]
  script:
    - npx tresor validate .
${names.map((name) => `    - ${run(name, "preview --non-interactive")}`).join("\n")}
apply:
  extends: .tresor
  stage: apply
  rules: [{ if: $CI_COMMIT_BRANCH == $CI_DEFAULT_BRANCH${notScheduled} }]
  resource_group: tresor
  script:
${room.map((command) => `    - ${command}\n`).join("")}${names.map((name) => `    - ${run(name, "up --yes --non-interactive")}`).join("\n")}
${byItself.gitlab}---
on: { pull_request: {}, push: { branches: [main] }${isZone ? `, schedule: [${crons}]` : ""} }
concurrency: tresor
${backedUp.length > 0 ? "permissions: { contents: write }\n" : ""}jobs:
  stacks:
    runs-on: ubuntu-latest
    env:
      PASSPHRASE: "\${{ secrets.PASSPHRASE }}"
      CLOUDS_YAML: "\${{ secrets.CLOUDS_YAML }}"
      STATE_URL: "\${{ secrets.STATE_URL }}"
      TRESOR_PACKAGE: "\${{ vars.TRESOR_PACKAGE }}"
    steps:
      - uses: actions/checkout@v4
      - run: umask 077; printf %s "$PASSPHRASE" > ${passphrase}; printf %s "$CLOUDS_YAML" > clouds.yaml
      - run: npm install --no-save "$TRESOR_PACKAGE" && npx tresor toolchain && ${init}
      - ${unlessScheduled}run: npx tresor validate .
${names.map((name) => `      - ${unlessScheduled}run: ${run(name, "preview --non-interactive")}`).join("\n")}
      - if: github.event_name == 'push'
        run: |
${room.map((command) => `          ${command}\n`).join("")}${names.map((name) => `          ${run(name, "up --yes --non-interactive")}`).join("\n")}
${byItself.github}`;
}
