"""Commands of the service: the server, and a worker of its own."""

from __future__ import annotations

from ...text import Text
from ..declare import Field, Tool
from .store import DB

TOOLS = (
    Tool(
        "serve", ("serve",), Text("启动服务", "Start the service"),
        Text("启动登记库的网络服务及其执行进程；首次启动时建立数据库和首位管理员。",
             "Serve the register over HTTP, with the process that runs its jobs; sets up database and administrator."),
        (
            Field("host", "text", Text("监听的地址", "address to listen on"), default="127.0.0.1", metavar="HOST"),
            Field("port", "integer", Text("端口，0 为任一空闲端口", "port; 0 for any that is free"), default=8000,
                  minimum=0, maximum=65535, metavar="N"),
            DB,
            Field("demo", "flag", Text(
                "载入内置示例项目并筛查，为每种角色建立一名演示用户，随机密码只显示一次",
                "load the embedded example projects, screen them, and make a user of each role with a random "
                "password that is printed once"), default=False),
        ),
        "qinglu.api.serve:serve", ("十六",), local=True,
    ),
    Tool(
        "worker", ("worker",), Text("启动执行进程", "Start a worker"),
        Text("另起一个执行任务的进程，与服务器用同一数据库和数据文件夹。",
             "One more process that runs jobs, on the database and the folder of data that the server has."),
        (
            DB,
            Field("parent", "integer", Text("该进程结束时随之结束", "end when this process ends"), metavar="PID"),
        ),
        "qinglu.tools.worker:work", ("十六",), local=True,
    ),
)  # fmt: skip
