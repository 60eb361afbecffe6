/// Messages of the querier service as they come in Connect JSON: default values are left out, 64-bit integers are
/// decimal strings, times are milliseconds since the Unix epoch.

export interface WireLabel {
  readonly name: string;
  readonly value: string;
}

export interface SeriesResponse {
  readonly labelsSet?: readonly { readonly labels?: readonly WireLabel[] }[];
}

export interface NamesResponse {
  readonly names?: readonly string[];
}

export interface SelectSeriesResponse {
  readonly series?: readonly {
    readonly labels?: readonly WireLabel[];
    readonly points?: readonly { readonly value?: number | string; readonly timestamp?: string | number }[];
  }[];
}

export interface StacktracesResponse {
  readonly flamegraph?: {
    readonly names?: readonly string[];
    readonly levels?: readonly { readonly values?: readonly (string | number)[] }[];
    readonly total?: string | number;
    readonly maxSelf?: string | number;
  };
}

export interface ProfileStatsResponse {
  readonly dataIngested?: boolean;
  readonly oldestProfileTime?: string | number;
  readonly newestProfileTime?: string | number;
}

/// The server's own view of itself, `GET /api/v1/status`.
export interface StatusResponse {
  readonly version?: string;
  readonly ready?: boolean;
  readonly profilesStored?: string | number;
  readonly lastRejected?: RejectedRequest | null;
}

export interface RejectedRequest {
  readonly timeMillis: string | number;
  readonly path: string;
  readonly status: number;
  readonly code: string;
  readonly message: string;
  readonly client: string;
}
