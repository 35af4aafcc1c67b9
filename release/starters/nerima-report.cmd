@echo off
rem A double click, or files dropped on this file: a window of its own. Typed in a window: the command line.
rem Only ASCII stands here, because cmd.exe reads this file in the code page of the machine.
setlocal EnableExtensions EnableDelayedExpansion
rem The arguments lose what follows an ampersand in a name; the line with which this cmd.exe was started does not.
set "NERIMA_REPORT_STARTED_BY=!cmdcmdline!"
if not defined NERIMA_REPORT_STARTED_BY goto typed
set "line=!NERIMA_REPORT_STARTED_BY:"=!"
set "rest=!line:nerima-report.cmd=!"
if "!rest!"=="!line!" goto typed
setlocal DisableDelayedExpansion
"%~dp0python\python.exe" -m nerima_report_desktop
rem Not exit /b: with an ampersand in a name, cmd.exe would now run what follows it.
exit

:typed
setlocal DisableDelayedExpansion
"%~dp0python\python.exe" -m nerima_report %*
