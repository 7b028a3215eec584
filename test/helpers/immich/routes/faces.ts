import type { Routes } from '../context.ts';

export const facesRoutes: Routes = () => undefined;
