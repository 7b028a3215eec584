import type { Routes } from '../context.ts';

export const tagsRoutes: Routes = () => undefined;
