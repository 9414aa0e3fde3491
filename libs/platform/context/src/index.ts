export { commandsOf, context, contextOfAggregate, type Context } from './context';
export { ContextsModule } from './contexts.module';
