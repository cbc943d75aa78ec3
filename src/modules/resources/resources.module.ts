import { Module } from '@nestjs/common';
import { ResourcesController } from './http/resources.controller.js';
import { PostgresResourceStore } from './persistence/postgres-resource.store.js';
import { ResourceLibrary } from './resource-library.js';
import { ResourceStore } from './resource-store.js';

/** The protected backend API: JSON documents that people and clients own. */
@Module({
  controllers: [ResourcesController],
  providers: [ResourceLibrary, { provide: ResourceStore, useClass: PostgresResourceStore }],
})
export class ResourcesModule {}
