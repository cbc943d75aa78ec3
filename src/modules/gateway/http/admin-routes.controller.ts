import { Controller, Get, Query } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { RequireScopes } from '../../access/index.js';
import { ActiveRoutes } from '../routes/active-routes.js';
import { ApiExplainRoute, ApiListRoutes } from './admin-routes.docs.js';
import { ExplainQuery, ExplanationAnswer, explanationAnswerOf } from './explanation.dto.js';
import { RouteTableAnswer, routeTableAnswerOf } from './route-answers.dto.js';

@ApiTags('Administration: routes')
@Controller('admin/routes')
export class AdminRoutesController {
  constructor(private readonly routes: ActiveRoutes) {}

  @Get()
  @RequireScopes('routes:read')
  @ApiListRoutes()
  list(): RouteTableAnswer {
    return routeTableAnswerOf(this.routes);
  }

  @Get('explain')
  @RequireScopes('routes:read')
  @ApiExplainRoute()
  explain(@Query() { method, path }: ExplainQuery): ExplanationAnswer {
    return explanationAnswerOf(this.routes.current.explain(method, path));
  }
}
