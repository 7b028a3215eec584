FROM node:24-bookworm-slim AS build
WORKDIR /app
COPY package.json package-lock.json .npmrc tsconfig.json tsconfig.build.json ./
COPY scripts scripts
COPY src src
COPY weights weights
# Installs compilers, builds dist/, copies the weights and gives tfjs-node its native library. That
# library lies in .cache/tensorflow, or in node_modules where the package's own installer works.
RUN scripts/setup --for worker \
  && npm prune --omit=dev --ignore-scripts \
  && mkdir -p .cache/tensorflow

FROM node:24-bookworm-slim
ENV NODE_ENV=production DATA_DIR=/data
WORKDIR /app
COPY --from=build /app/package.json package.json
COPY --from=build /app/node_modules node_modules
COPY --from=build /app/.cache/tensorflow .cache/tensorflow
COPY --from=build /app/weights weights
COPY --from=build /app/dist dist
RUN install -d -o node -g node /data
VOLUME /data
USER node
EXPOSE 3033
HEALTHCHECK --interval=30s --timeout=5s --start-period=60s CMD ["node", "-e", "fetch('http://127.0.0.1:' + (process.env.HTTP_PORT || 3033) + '/health/live').then((answer) => process.exit(answer.ok ? 0 : 1), () => process.exit(1))"]
CMD ["node", "dist/src/main.js"]
