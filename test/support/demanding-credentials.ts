import { type TestClient, type TestPerson, aConfidentialClient, aPerson } from './mothers.js';
import type { TestServer } from './server.js';

/** A client whose id and secret hold every kind of character that is encoded by some libraries and not by others. */
export async function aClientWithEveryCharacter(
  server: TestServer,
): Promise<TestClient & { secret: string }> {
  const secret = 'Secret-with.every_kind~of-character.0123456789';
  const { id } = await aConfidentialClient(server, {}, { clientId: 'first-party.app_1~blue', secret });
  return { id, secret };
}

/** A person whose name and password mean something else wherever form encoding is done once too often or too rarely. */
export async function aPersonWithEveryCharacter(server: TestServer): Promise<TestPerson> {
  return aPerson(server, { username: 'zoë+news@example.com', password: 'p lus+&=;% 25"é/?#\u{1F511}' });
}
