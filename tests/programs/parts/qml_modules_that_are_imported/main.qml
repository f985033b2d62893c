import Shapes 1.0
import "own"

Shape {}
