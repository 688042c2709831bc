# coinlog as a container. Build: docker build -t coinlog .
# The version that package.json pins for everybody else; a test holds the two together.
ARG NODE_VERSION=24.21.0

FROM node:${NODE_VERSION}-slim AS base
WORKDIR /app

# Compiles the program and bundles GraphiQL: TypeScript, esbuild and React stay in this stage.
FROM base AS build
COPY package.json package-lock.json .npmrc ./
RUN npm ci
COPY tsconfig.json tsconfig.build.json ./
COPY scripts scripts
COPY web web
COPY src src
RUN npm run build

# What the program needs when it runs. Node itself is a dev dependency, and so not here a second time.
FROM base AS dependencies
COPY package.json package-lock.json .npmrc ./
RUN npm ci --omit=dev && npm cache clean --force

FROM base AS runtime
ENV NODE_ENV=production \
    API_HOST=0.0.0.0 \
    API_PORT=8000 \
    EMBEDDED_DATA_DIR=/data
COPY --from=dependencies /app/node_modules node_modules
COPY package.json LICENSE ./
COPY bin bin
COPY drizzle drizzle
COPY deploy/healthcheck.mjs deploy/healthcheck.mjs
COPY --from=build /app/dist dist
# /data is used without DATABASE_URL only: mount a volume there, or the embedded database ends with the container.
RUN chmod 755 bin/coinlog.js \
 && ln -s /app/bin/coinlog.js /usr/local/bin/coinlog \
 && install -d -o node -g node -m 700 /data
USER node
EXPOSE 8000
HEALTHCHECK --interval=10s --timeout=5s --start-period=60s --start-interval=1s --retries=3 \
  CMD ["node", "/app/deploy/healthcheck.mjs"]
ENTRYPOINT ["coinlog"]
CMD ["serve"]
