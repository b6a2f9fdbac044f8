"""Superset as its documentation sets up a small server, metadata in PostgreSQL and answers in Redis: see ``bench.superset``."""

import os

SECRET_KEY = os.environ["SUPERSET_SECRET_KEY"]
SQLALCHEMY_DATABASE_URI = os.environ["SUPERSET_METADATA"]
_REDIS = {"CACHE_TYPE": "RedisCache", "CACHE_REDIS_URL": os.environ["SUPERSET_REDIS"], "CACHE_DEFAULT_TIMEOUT": 86_400}
CACHE_CONFIG = {**_REDIS, "CACHE_KEY_PREFIX": "metadata_"}
DATA_CACHE_CONFIG = {**_REDIS, "CACHE_KEY_PREFIX": "data_"}
FILTER_STATE_CACHE_CONFIG = {**_REDIS, "CACHE_KEY_PREFIX": "filter_"}
EXPLORE_FORM_DATA_CACHE_CONFIG = {**_REDIS, "CACHE_KEY_PREFIX": "explore_"}
