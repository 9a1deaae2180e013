import type * as pulumi from "@pulumi/pulumi";

export type In<T> = pulumi.Input<T>;
export type Out<T> = pulumi.Output<T>;
export type Options = pulumi.CustomResourceOptions;

/** What every resource takes. */
export interface CloudArgs {
  /** Name of the `clouds.yaml` entry whose credentials and scope are used. */
  readonly cloud: In<string>;
}

/** What every resource in a Quobyte cluster takes. */
export interface ClusterArgs {
  /** Name of the `quobyte.yaml` entry: address and credentials. */
  readonly cluster: In<string>;
}
