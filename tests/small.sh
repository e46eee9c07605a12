# tests/small.sh: how large scenarios are made small for a test, read by golden.sh and same_rows.sh. `small NAME COMMAND...`
# runs the command with options for `fogsim run` behind it. city keeps its nodes per square kilometre.
small() {
    name=$1
    shift
    case $name in
    campus) "$@" --replications 2 --set "arrivals.duration=8 s" ;;
    city) "$@" --set nodes.user.count=200 --set 'nodes.user.place.uniform=[0, 0, 1400, 1400]' --set nodes.fog.count=20 \
        --set 'nodes.fog.place={"grid": [5, 4], "area": [0, 0, 1400, 1400]}' ;;
    flaky) "$@" --replications 3 ;;
    burst) "$@" --replications 2 --set "arrivals.duration=30 s" ;;
    *) "$@" ;;
    esac
}
