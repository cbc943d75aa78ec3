import type { DiscoveryService } from '@nestjs/core';
import { describe, expect, it } from 'vitest';
import { AssertionAudiences, type ModulesByRole } from './assertion-audiences.js';

class People {}
class Passwords {}
class Documents {}
class Clients {}

class PeopleController {}
class PasswordsController {}
class DocumentsController {}
class ClientsController {}

const MODULES: ModulesByRole = { identity: [People, Passwords], api: [Documents], oauth: [Clients] };

/** @param hosts each controller with the module that it is in */
function receiversIn(...hosts: [controller: unknown, module: unknown][]): AssertionAudiences {
  // Of what Nest knows about a controller two members are asked for.
  const controllers = hosts.map(([metatype, module]) => ({ metatype, host: { metatype: module } }));
  return new AssertionAudiences(MODULES, {
    getControllers: () => controllers,
  } as unknown as DiscoveryService);
}

describe('whom an assertion must be meant for', () => {
  it('is the role whose module has the controller', () => {
    const receivers = receiversIn(
      [PeopleController, People],
      [PasswordsController, Passwords],
      [DocumentsController, Documents],
    );
    expect(receivers.of(PeopleController)).toBe('identity');
    expect(receivers.of(PasswordsController)).toBe('identity');
    expect(receivers.of(DocumentsController)).toBe('api');
  });

  it('is never the role identity at what is of another one', () => {
    expect(receiversIn([ClientsController, Clients]).of(ClientsController)).toBe('api');
  });

  it('is nobody at a controller whose module is under no role', () => {
    class Stray {}
    const receivers = receiversIn([PeopleController, Stray], [DocumentsController, Documents]);
    expect(receivers.of(PeopleController)).toBeUndefined();
  });

  it('is not guessed at a controller in modules of two roles', () => {
    const receivers = receiversIn([PeopleController, People], [PeopleController, Documents]);
    expect(() => receivers.of(DocumentsController)).toThrow('PeopleController is in modules of two roles');
  });
});
