@echo off
rem A double click, or files dropped on this file: a window of its own. Typed in a window: the command line.
rem Only ASCII stands here, because cmd.exe reads this file in the code page of the machine.
setlocal EnableExtensions EnableDelayedExpansion
rem %* loses what follows an ampersand in a name; the line with which this cmd.exe was started does not.
set "line=!cmdcmdline!"
set "rest=!line:%~nx0=!"
if "!rest!"=="!line!" goto typed
set "NERIMA_REPORT_STARTED_BY=!line!"
setlocal DisableDelayedExpansion
"%~dp0python\python.exe" -m nerima_report_desktop
rem Not exit /b: with an ampersand in a name, cmd.exe would now run what follows it.
exit

:typed
setlocal DisableDelayedExpansion
"%~dp0python\python.exe" -m nerima_report %*
exit /b %errorlevel%
