# Sourced: where take.sh fetches from, by the forge that CI runs on.
case ${FORGE:-} in
  github)
    export FETCH_URL=${FETCH_URL:-${GITHUB_SERVER_URL:-https://github.com}/$GITHUB_REPOSITORY}
    export FETCH_USER=x-access-token FETCH_TOKEN=$GITHUB_TOKEN
    ;;
  gitlab)
    export FETCH_URL=${FETCH_URL:-$CI_PROJECT_URL.git}
    export FETCH_USER=gitlab-ci-token FETCH_TOKEN=$CI_JOB_TOKEN
    ;;
esac
