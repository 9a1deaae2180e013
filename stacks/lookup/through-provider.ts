import * as pulumi from "@pulumi/pulumi";
import { UserError } from "../../config/problem.ts";
import type { Service } from "../../openstack/index.ts";
import { LOOKUP, type Identity, type LookUpArgs, type LookUpResult } from "../../provider/lookup.ts";

/** What look-ups need of a session; sessions have it too. */
export interface Lists {
  token(): Promise<Identity>;
  paginate<T>(
    service: Service,
    path: string,
    key: string,
    options: { readonly what: string; readonly query?: Readonly<Record<string, string>> },
  ): Promise<T[]>;
}

type Ask = (args: LookUpArgs) => Promise<LookUpResult>;

const askProvider: Ask = (args) => pulumi.runtime.invoke(LOOKUP, args, { async: true }) as Promise<LookUpResult>;

/**
 * Lists of one entry of `clouds.yaml`, read by the provider: its log-in serves the resources too, and no password is read here.
 * @param zone whose entries `tresor claim` writes, as an error about a missing one says
 */
export function listsThroughProvider(cloud: string, zone: string, ask: Ask = askProvider): Lists {
  const answered = async (list?: LookUpArgs["list"]): Promise<Extract<LookUpResult, { rows: unknown }>> => {
    const answer = await ask({ cloud, ...(list && { list }) });
    if ("rows" in answer) return answer;
    throw new UserError(
      answer.problems.map((problem) => {
        if (!answer.inEntry) return problem;
        const or = problem.next === undefined ? "" : `, or ${problem.next}`;
        return { ...problem, next: `run \`tresor claim ${zone}\`, which writes the entries of this zone${or}` };
      }),
    );
  };
  return {
    token: async () => (await answered()).identity,
    paginate: async <T>(
      service: Service,
      path: string,
      key: string,
      { what, query = {} }: { what: string; query?: Readonly<Record<string, string>> },
    ) => (await answered({ service, path, key, what, query })).rows as T[],
  };
}
