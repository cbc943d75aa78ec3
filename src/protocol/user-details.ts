import { type UserAttributes, isAttributeName } from './user-attributes.js';

/** What is known of a person beside the subject, by OpenID Connect claim names (OpenID Connect Core §5.1). */
export interface UserDetails {
  preferred_username?: string;
  name?: string;
  email?: string;
  email_verified?: boolean;
  /** RFC 9068 §2.2.3.1. */
  roles?: readonly string[];
  /** Whatever else the directory knows; in an object of its own, so that no name can pass for a claim. */
  attributes?: UserAttributes;
}

/** Names of user details, as a client is configured with them. */
export const USER_DETAILS = [
  'preferred_username',
  'name',
  'email',
  'email_verified',
  'roles',
  'attributes',
] as const satisfies readonly (keyof UserDetails)[];
export type UserDetailName = (typeof USER_DETAILS)[number];

/** A user detail of a client's configuration. What is not configured, nobody learns by the client's tokens. */
export interface ConfiguredDetail {
  /** A name of USER_DETAILS, or one attribute such as `attributes.department`, which goes before `attributes`. */
  name: UserDetailName | `attributes.${string}`;
  /**
   * True: in the access token, and told to the client itself. False: told to resource servers that introspect the
   * token and to upstreams alone.
   */
  display: boolean;
}

/** Whether a client can be configured with a detail of this name. */
export function isConfigurableDetail(name: string): name is ConfiguredDetail['name'] {
  const attribute = /^attributes\.(.*)$/s.exec(name)?.[1];
  return attribute === undefined
    ? (USER_DETAILS as readonly string[]).includes(name)
    : isAttributeName(attribute);
}

/** Those of a person's details that a client is configured with. */
export function configuredDetails(
  details: UserDetails,
  configuration: readonly ConfiguredDetail[],
): UserDetails {
  return selected(details, configuration, () => true);
}

/** Those of a person's details that a client's tokens and the client itself show. */
export function displayedDetails(
  details: UserDetails,
  configuration: readonly ConfiguredDetail[],
): UserDetails {
  return selected(details, configuration, ({ display }) => display);
}

function selected(
  details: UserDetails,
  configuration: readonly ConfiguredDetail[],
  isWanted: (detail: ConfiguredDetail) => boolean,
): UserDetails {
  const rules = new Map<string, ConfiguredDetail>(configuration.map((detail) => [detail.name, detail]));
  const allows = (rule: ConfiguredDetail | undefined) => rule !== undefined && isWanted(rule);
  const { attributes = {}, ...others } = details;
  const claims = Object.entries(others).filter(([name]) => allows(rules.get(name)));
  const members = Object.entries(attributes).filter(([name]) =>
    allows(rules.get(`attributes.${name}`) ?? rules.get('attributes')),
  );
  return {
    ...Object.fromEntries(claims),
    ...(members.length === 0 ? {} : { attributes: Object.fromEntries(members) }),
  };
}
