"""Measure what the whole daemon costs with nobody, one and three people in view.

  python -m bench.daemon [--seconds 20] [--rounds 3]
  python -m bench.daemon --cameras [--seconds 20] [--rounds 3]

A camera of 640 x 480 pixels and 10 frames a second, with noise, comes on stdin. Rows are measured
in turn, each in a process of its own, with the shipped model.

of a core  processor time of the daemon, from the frame on stdin to the line on stdout
invokes    the same for the three networks alone, as often as the daemon ran them: those that
           propose and confirm faces, and the one that names the expression
ratio      the first over the second
looks      of the face detector's networks a second
"""

from bench._daemon import cameras, people
from bench._util import make_parser, run_program
from emotion_edge.cli.argument_types import count


def main() -> None:
    """Run the command line."""
    parser = make_parser("daemon", __doc__, cameras.__doc__)
    parser.add_argument("--cameras", action="store_true", help="measure several cameras")
    parser.add_argument("--seconds", type=count, default=20, help="for which a row is measured")
    parser.add_argument("--rounds", type=count, default=3, help="times that each is measured")
    args = parser.parse_args()
    measure = cameras.measure_cameras if args.cameras else people.measure_people
    measure(args.seconds, args.rounds)


if __name__ == "__main__":
    run_program("daemon", main)
