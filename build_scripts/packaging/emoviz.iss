; The installer for Windows, for Inno Setup 6.3 or newer. Written from its documentation; NOT RUN YET.
;
;     python -m build_scripts.packaging.freeze
;     ISCC /DVersion=0.1.0 build_scripts\packaging\emoviz.iss
;
; It makes dist\emoviz-VERSION-setup.exe, which needs no administrator.

#ifndef Version
  #error Name the version: ISCC /DVersion=0.1.0 build_scripts\packaging\emoviz.iss
#endif

[Setup]
; What Windows knows the program by; it never changes.
AppId={{7C0E9E3B-5B0F-4F0C-9E57-2C7B1B7F6A54}
AppName=emoviz
AppVersion={#Version}
AppPublisher=The emoviz developers
DefaultDirName={autopf}\emoviz
DefaultGroupName=emoviz
DisableProgramGroupPage=yes
PrivilegesRequired=lowest
PrivilegesRequiredOverridesAllowed=dialog
ArchitecturesAllowed=x64compatible
ArchitecturesInstallIn64BitMode=x64compatible
MinVersion=10.0.17763
LicenseFile=..\..\resources\LICENSES.md
OutputDir=..\..\dist
OutputBaseFilename=emoviz-{#Version}-setup
UninstallDisplayIcon={app}\emoviz-gui.exe
Compression=lzma2
SolidCompression=yes
ChangesAssociations=yes
WizardStyle=modern

[Files]
Source: "..\..\dist\emoviz\*"; DestDir: "{app}"; Flags: ignoreversion recursesubdirs createallsubdirs

[InstallDelete]
; A newer version has other libraries, and what is left of an older one would be found first.
Type: filesandordirs; Name: "{app}\_internal"

[Icons]
Name: "{group}\emoviz"; Filename: "{app}\emoviz-gui.exe"

[Registry]
; "Open with emoviz"; what opens a double click stays as it is.
Root: HKA; Subkey: "Software\Classes\Applications\emoviz-gui.exe"; ValueType: string; ValueName: "FriendlyAppName"; ValueData: "emoviz"; Flags: uninsdeletekey
Root: HKA; Subkey: "Software\Classes\Applications\emoviz-gui.exe\shell\open\command"; ValueType: string; ValueData: """{app}\emoviz-gui.exe"" ""%1"""
#define Format(str suffix) "Root: HKA; Subkey: ""Software\Classes\Applications\emoviz-gui.exe\SupportedTypes""; ValueType: string; ValueName: """ + suffix + """; ValueData: """""
#emit Format(".wav")
#emit Format(".flac")
#emit Format(".ogg")
#emit Format(".oga")
#emit Format(".opus")
#emit Format(".mp3")
#emit Format(".aif")
#emit Format(".aiff")
#emit Format(".aifc")
#emit Format(".au")
#emit Format(".caf")
#emit Format(".w64")
#emit Format(".m4a")
#emit Format(".m4b")
#emit Format(".f4a")
#emit Format(".aac")
#emit Format(".wma")
#emit Format(".ac3")
#emit Format(".mka")
#emit Format(".mp4")
#emit Format(".m4v")
#emit Format(".mkv")
#emit Format(".webm")
#emit Format(".weba")
#emit Format(".mov")
#emit Format(".qt")
#emit Format(".avi")
#emit Format(".3g2")
#emit Format(".3gp")
#emit Format(".amr")
#emit Format(".ape")
#emit Format(".asf")
#emit Format(".awb")
#emit Format(".bwf")
#emit Format(".dff")
#emit Format(".dsf")
#emit Format(".dts")
#emit Format(".eac3")
#emit Format(".ec3")
#emit Format(".f4v")
#emit Format(".flv")
#emit Format(".m2ts")
#emit Format(".m4r")
#emit Format(".mp2")
#emit Format(".mp1")
#emit Format(".mpa")
#emit Format(".mpc")
#emit Format(".mpeg")
#emit Format(".mpg")
#emit Format(".mts")
#emit Format(".ogv")
#emit Format(".ogx")
#emit Format(".rf64")
#emit Format(".snd")
#emit Format(".spx")
#emit Format(".tak")
#emit Format(".tta")
#emit Format(".vob")
#emit Format(".voc")
#emit Format(".wave")
#emit Format(".wmv")
#emit Format(".wv")
; `emoviz` in the terminal and in Start › Run.
Root: HKA; Subkey: "Software\Microsoft\Windows\CurrentVersion\App Paths\emoviz.exe"; ValueType: string; ValueData: "{app}\emoviz.exe"; Flags: uninsdeletekey

[Run]
Filename: "{app}\emoviz-gui.exe"; Description: "{cm:LaunchProgram,emoviz}"; Flags: nowait postinstall skipifsilent
