var r=r=>r;export{r as start};
