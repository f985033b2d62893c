import QtQuick
import "parts"
Item { Part {} Inner {} }
