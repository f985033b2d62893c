source [file join [file dirname [info script]] forest more.tcl]
LoadImages [file join [file dirname [info script]] forest dark]
