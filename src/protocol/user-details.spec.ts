import { describe, expect, it } from 'vitest';
import {
  type ConfiguredDetail,
  USER_DETAILS,
  type UserDetails,
  configuredDetails,
  displayedDetails,
  isConfigurableDetail,
} from './user-details.js';

const ALICE: UserDetails = {
  preferred_username: 'alice',
  name: 'Alice Example',
  email: 'alice@example.com',
  email_verified: false,
  roles: [],
  attributes: { department: 'Freight', salary: 1, 'a.b': true },
};

const shown = (...names: ConfiguredDetail['name'][]) => names.map((name) => ({ name, display: true }));
const hidden = (...names: ConfiguredDetail['name'][]) => names.map((name) => ({ name, display: false }));

describe('what a client may learn of a person', () => {
  it('is nothing when nothing is configured', () => {
    expect(configuredDetails(ALICE, [])).toEqual({});
    expect(displayedDetails(ALICE, [])).toEqual({});
  });

  it.each(USER_DETAILS.map((name) => ({ name })))(
    'is $name alone when only that is configured',
    ({ name }) => {
      expect(configuredDetails(ALICE, shown(name))).toEqual({ [name]: ALICE[name] });
      expect(displayedDetails(ALICE, hidden(name))).toEqual({});
      expect(configuredDetails(ALICE, hidden(name))).toEqual({ [name]: ALICE[name] });
    },
  );

  it('is not email_verified for having email', () => {
    expect(configuredDetails(ALICE, shown('email'))).not.toHaveProperty('email_verified');
  });

  it('is one attribute, whatever dots its name has', () => {
    expect(configuredDetails(ALICE, shown('attributes.a.b'))).toEqual({ attributes: { 'a.b': true } });
    expect(configuredDetails(ALICE, shown('attributes.unknown'))).toEqual({});
  });

  it('is decided for one attribute before it is for all', () => {
    const allButOne = [...shown('attributes'), ...hidden('attributes.salary')];
    expect(displayedDetails(ALICE, allButOne)).toEqual({
      attributes: { department: 'Freight', 'a.b': true },
    });
    const oneOfAll = [...shown('attributes.department'), ...hidden('attributes')];
    expect(displayedDetails(ALICE, oneOfAll)).toEqual({ attributes: { department: 'Freight' } });
    for (const configuration of [allButOne, oneOfAll]) {
      expect(configuredDetails(ALICE, configuration)).toEqual({ attributes: ALICE.attributes });
    }
  });

  it('is never a claim that is no detail, even where one is configured', () => {
    const claims = { ...ALICE, sub: 'someone', scope: 'x' };
    expect(displayedDetails(claims, shown('name', 'attributes'))).toEqual({
      name: ALICE.name,
      attributes: ALICE.attributes,
    });
  });
});

describe('a name that a client can be configured with', () => {
  it.each([...USER_DETAILS, 'attributes.department', 'attributes.a.b', 'attributes.email'])('is %s', (name) =>
    expect(isConfigurableDetail(name)).toBe(true),
  );

  it.each([
    'sub',
    'scope',
    'password',
    'Email',
    '',
    'attributes.',
    'attributes.a b',
    'attributes.__proto__',
    '*',
  ])('is not %j', (name) => expect(isConfigurableDetail(name)).toBe(false));
});
