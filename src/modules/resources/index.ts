import type { Persistence } from '../../platform/database/data-source.js';
import { Resources1763769600003 } from './persistence/migrations/1763769600003-resources.js';
import { ResourceEntity } from './persistence/resource.entity.js';

export { ResourcesModule } from './resources.module.js';

export const resourcesPersistence: Persistence = {
  entities: [ResourceEntity],
  migrations: [Resources1763769600003],
};
