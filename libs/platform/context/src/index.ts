export { commandsOf, context, contextOfAggregate } from './context';
export { ContextsModule } from './contexts.module';
