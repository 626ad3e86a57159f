/** What is told of a version when it is published. */
export interface LayerSettings {
  /** The runtimes that it is for. @default - none is named */
  readonly runtimes?: readonly string[];
  /** The architecture that it is for, as Lambda names it. */
  readonly architecture: string;
  /** The revision that it is built from. */
  readonly revision: string;
}

/** What an action tells the distributor: the parameters of a job, as JSON. */
export interface Settings extends LayerSettings {
  /** The Region to publish in. */
  readonly region: string;
  /** The layer's name. */
  readonly layerName: string;
  /** Accounts, or an organization, that may use each version. @default - none */
  readonly shareWith?: readonly string[];
  /** The bucket in that Region through which a layer over the limit of a request is published. @default - none */
  readonly staging?: string;
}
