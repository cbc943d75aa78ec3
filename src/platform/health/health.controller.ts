import { Controller, Get } from '@nestjs/common';
import { RouteConfig } from '@nestjs/platform-fastify';
import { ApiOkResponse, ApiOperation, ApiProperty, ApiTags } from '@nestjs/swagger';
import { Unavailable } from '../../protocol/problem.js';
import { ApiProblems } from '../http/api-problems.js';
import { IN_CLEAR } from '../http/request.js';
import { HealthChecks } from './health-checks.js';

class Health {
  @ApiProperty({ enum: ['up'] })
  status: 'up';
}

/** What an orchestrator asks. It tells that something is wrong, and to the log what. */
@ApiTags('Health')
@Controller('health')
export class HealthController {
  constructor(private readonly checks: HealthChecks) {}

  @Get('live')
  @RouteConfig(IN_CLEAR)
  @ApiOperation({ operationId: 'isLive', summary: 'Whether the process runs' })
  @ApiOkResponse({ description: 'It does.', type: Health })
  live(): Health {
    return { status: 'up' };
  }

  @Get('ready')
  @RouteConfig(IN_CLEAR)
  @ApiOperation({
    operationId: 'isReady',
    summary: 'Whether requests can be served: database, migrations and signing keys',
  })
  @ApiOkResponse({ description: 'They can.', type: Health })
  @ApiProblems(503)
  async ready(): Promise<Health> {
    if (!(await this.checks.allPass())) throw new Unavailable(2);
    return { status: 'up' };
  }
}
